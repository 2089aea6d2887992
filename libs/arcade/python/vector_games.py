"""Games in ale-py's vector environment (C++, a thread a core): the contracts that it can play, and no others."""

import gymnasium
import numpy
from ale_py.vector_env import AtariVectorEnv

# Of the fields that the vector environment has no option for, the one value that it plays.
PLAYED = {"grey": "ale", "max_pool_of": "grey", "resize": "area", "life_loss": "continue"}


class VectorGames:
    @staticmethod
    def plays(contract):
        cropped = any((contract.get("crop") or {}).values())
        return not cropped and all(contract.get(field, value) == value for field, value in PLAYED.items())

    def __init__(self, contract, num_envs, max_episode_frames):
        self.env = AtariVectorEnv(
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
        self.actions = [action.name for action in self.env.ale.get_action_set()]

    def reset(self, games, seeds):
        mask = numpy.zeros(self.env.num_envs, dtype=bool)
        mask[games] = True
        # The environment takes seeds in the games' order.
        ordered = numpy.array([seed for _, seed in sorted(zip(games, seeds))], dtype=numpy.int64)
        frames, _ = self.env.reset(seed=ordered, options={"reset_mask": mask})
        return frames

    def step(self, actions):
        frames, rewards, terminated, truncated, _ = self.env.step(actions)
        return frames, rewards, terminated, truncated
