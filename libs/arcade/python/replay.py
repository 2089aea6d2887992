"""Plays recorded actions again, to see in colour what was played in grey."""

import gymnasium
import numpy
from ale_py.vector_env import AtariVectorEnv

HEIGHT, WIDTH = 210, 160


class Replay:
    """One game from its seed on. The same emulator frames pass as in the recorded game, whatever is made of them.

    An action that was held for an even number of emulator frames is replayed two frames at a time: every frame is
    seen, because of each two the brighter pixels are kept, and flickering sprites stay whole.
    """

    def __init__(self, options, seed):
        options = dict(options)
        frameskip = options.pop("frameskip")
        held = 2 if frameskip % 2 == 0 else 1
        self.repeats = frameskip // held
        # Of pictures that show one emulator frame each, every other one is left out: 30 a second either way.
        self.every = 2 // held
        self.count = 0
        full = options.pop("action_set") == "full"
        for ours in ("num_envs", "img_height", "img_width", "stack_num", "max_pool_last"):
            options.pop(ours)
        self.game = AtariVectorEnv(
            num_envs=1, frameskip=held, maxpool=True, stack_num=1, img_height=HEIGHT, img_width=WIDTH, grayscale=False,
            full_action_space=full, reward_clipping=False, episodic_life=False,
            autoreset_mode=gymnasium.vector.AutoresetMode.SAME_STEP, **options,
        )
        self.first = self.game.reset(seed=seed)[0][0, 0]

    def step(self, action):
        """The pictures [210, 160, 3] that the action leads to, its reward, and whether the game ended."""
        pictures, total, ended = [], 0.0, False
        for _ in range(self.repeats):
            observations, rewards, terminated, truncated, _ = self.game.step(numpy.array([action], numpy.int32))
            total += float(rewards[0])
            ended = bool(terminated[0] or truncated[0])
            if ended:
                break  # What is seen now is the next game's start.
            if self.count % self.every == 0:
                pictures.append(observations[0, 0])
            self.count += 1
        return pictures, total, ended
