"""Games one after the other, each an emulator of its own and an Observer: every contract, a little slower (1,780 against 2,055 frames of Breakout a CPU second).

Starts, sticky actions, time limits and pooling are those of ale-py's vector environment (PreprocessedEnv in its
src/ale/vector/preprocessed_env.cpp), so that a contract which both play gives the same bytes from the same seeds.
"""

import numpy
from ale_py import Action, ALEInterface, LoggerMode, roms
from observe import Observer


class ObservedGames:
    def __init__(self, contract, num_envs, max_episode_frames):
        ALEInterface.setLoggerMode(LoggerMode.Error)
        self.games = [ObservedGame(contract, max_episode_frames) for _ in range(num_envs)]
        self.actions = [action.name for action in self.games[0].actions]
        self.frames = numpy.zeros((num_envs, contract["height"], contract["width"]), dtype=numpy.uint8)

    def reset(self, games, seeds):
        for game, seed in zip(games, seeds):
            self.frames[game] = self.games[game].reset(seed)
        return self.frames

    def step(self, actions, waits):
        standing = (None, 0, False, False)
        turns = zip(self.games, actions, waits)
        outcomes = [standing if wait else game.step(action) for game, action, wait in turns]
        for index, (frame, *_) in enumerate(outcomes):
            # An episode's end shows nothing new, nor does a game that waits.
            if frame is not None:
                self.frames[index] = frame
        rewards, terminated, truncated = (numpy.array(column) for column in list(zip(*outcomes))[1:])
        return self.frames, rewards, terminated, truncated


class ObservedGame:
    def __init__(self, contract, max_episode_frames):
        if contract["frame_skip"] < 1:
            raise ValueError("frameskip must be positive")
        self.contract = contract
        self.max_episode_frames = max_episode_frames
        self.observer = Observer(contract)
        self.of_colours = contract["grey"] != "ale" or contract["max_pool_of"] == "rgb"
        self.rom = roms.get_rom_path(contract["game"])
        self.random = None
        self.over = True
        self.ale = ALEInterface()
        self.ale.setFloat("repeat_action_probability", contract["sticky_action_probability"])
        self.ale.loadROM(self.rom)
        full = contract["action_set"] == "full"
        self.actions = self.ale.getLegalActionSet() if full else self.ale.getMinimalActionSet()
        self.has_fire = Action.FIRE in self.actions

    def reset(self, seed=-1):
        if seed >= 0:
            self.ale.setInt("random_seed", seed)
            self.random = numpy.random.RandomState(seed)
            self.ale.loadROM(self.rom)
        self.ale.reset_game()
        fire = self.contract["fire_reset"] and self.has_fire
        if fire:
            self.ale.act(Action.FIRE)
        for _ in range(self._draw_noops() - fire):
            self.ale.act(Action.NOOP)
            if self.ale.game_over():
                self.ale.reset_game()
        self.elapsed = 0
        self.over = False
        return self.observer.frame(self._screen()[None])

    def step(self, action):
        """Returns frame (None at an episode's end), reward, terminated, truncated."""
        if self.over:
            return self.reset(), 0, False, False
        lives = self.ale.lives()
        reward, frames = self._hold(self.actions[action])
        if self.contract["life_loss"] == "fire" and self.has_fire and not self.over and self.ale.lives() < lives:
            more, frames = self._hold(Action.FIRE)
            reward += more
        terminated = self.ale.game_over()
        frame = None if self.over else self.observer.frame(numpy.stack(frames))
        return frame, reward, terminated, self.over and not terminated

    def _hold(self, action):
        """Plays one action for a step's emulator frames: the reward, and the frames that are pooled."""
        reward, frames = 0, []
        for left in range(self.contract["frame_skip"], 0, -1):
            reward += self.ale.act(action)
            self.elapsed += 1
            self.over = self.ale.game_over() or self.elapsed >= self.max_episode_frames
            if self.over:
                break
            if left <= self.contract["max_pool_last"]:
                frames.append(self._screen())
        return reward, frames

    def _screen(self):
        if self.of_colours:
            return self.ale.getScreenRGB()
        grey = self.ale.getScreenGrayscale()
        return grey.reshape(grey.shape[:2])

    def _draw_noops(self):
        """libstdc++'s uniform_int_distribution (Lemire's method) over std::mt19937, as ale-py's wheels for Linux draw."""
        bound = max(self.contract["noop_max"], 1)
        while True:
            product = int(self.random.randint(0, 2**32, dtype=numpy.uint32)) * bound
            if product % 2**32 >= bound or product % 2**32 >= 2**32 % bound:
                return product >> 32
