"""Games in ale-py's vector environment (C++): the contracts that it can play, and no others."""

import gymnasium
import numpy
from ale_py.vector_env import AtariVectorEnv

# Games of one vector environment, which can only play all together: where all of its games wait, it stands still.
TOGETHER = 8

# Of the fields that the vector environment has no option for, the one value that it plays.
PLAYED = {"grey": "ale", "max_pool_of": "grey", "resize": "area", "life_loss": "continue"}


class VectorGames:
    @staticmethod
    def plays(contract):
        cropped = any((contract.get("crop") or {}).values())
        return not cropped and all(contract.get(field, value) == value for field, value in PLAYED.items())

    def __init__(self, contract, num_envs, max_episode_frames):
        sizes = [min(TOGETHER, num_envs - first) for first in range(0, num_envs, TOGETHER)]
        self.groups = [vector_environment(contract, size, max_episode_frames) for size in sizes]
        self.actions = [action.name for action in self.groups[0].ale.get_action_set()]
        self.frames = numpy.zeros((num_envs, contract["height"], contract["width"]), dtype=numpy.uint8)
        self.rewards = numpy.zeros(num_envs)
        self.terminated = numpy.zeros(num_envs, dtype=bool)
        self.truncated = numpy.zeros(num_envs, dtype=bool)

    def reset(self, games, seeds):
        games, seeds = numpy.array(games), numpy.array(seeds, dtype=numpy.int64)
        for at, group in self._places():
            mask = numpy.zeros(group.num_envs, dtype=bool)
            chosen = (games >= at.start) & (games < at.stop)
            if not chosen.any():
                continue
            mask[games[chosen] - at.start] = True
            # The environment takes seeds in the games' order.
            ordered = seeds[chosen][numpy.argsort(games[chosen])]
            frames, _ = group.reset(seed=ordered, options={"reset_mask": mask})
            self.frames[at] = frames[:, 0]
        return self.frames

    def step(self, actions, waits):
        """Where all games of a group wait they stand still; one that waits among others plays on, and is not looked at."""
        awake = [(at, group) for at, group in self._places() if not waits[at].all()]
        for at, group in awake:
            group.send(numpy.where(waits[at], 0, actions[at]).astype(numpy.int32))
        self.rewards[:], self.terminated[:], self.truncated[:] = 0, False, False
        for at, group in awake:
            frames, self.rewards[at], self.terminated[at], self.truncated[at], _ = group.recv()
            self.frames[at] = frames[:, 0]
        return self.frames, self.rewards, self.terminated & ~waits, self.truncated & ~waits

    def _places(self):
        first = 0
        for group in self.groups:
            yield slice(first, first + group.num_envs), group
            first += group.num_envs


def vector_environment(contract, num_envs, max_episode_frames):
    return AtariVectorEnv(
        game=contract["game"],
        num_envs=num_envs,
        frameskip=contract["frame_skip"],
        maxpool=contract["max_pool_last"] > 1,
        stack_num=1,  # Frames are stacked at the other end of the pipe, which is a fourth of the bytes.
        img_height=contract["height"],
        img_width=contract["width"],
        grayscale=True,
        noop_max=contract["noop_max"],
        use_fire_reset=contract["fire_reset"],
        repeat_action_probability=contract["sticky_action_probability"],
        full_action_space=contract["action_set"] == "full",
        max_num_frames_per_episode=max_episode_frames,
        # Whoever plays says when a game that ended starts anew, and from which seed.
        autoreset_mode=gymnasium.vector.AutoresetMode.NEXT_STEP,
        reward_clipping=False,
        episodic_life=False,
    )
