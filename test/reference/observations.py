"""Makes test/reference/observations.npz: raw emulator frames, and what the wrappers that teachers were trained with make of
them. libs/arcade/src/observe.test.ts holds python/observe.py against it.

    pip install ale-py==0.12.1 gymnasium==1.4.0 opencv-python-headless==4.13.0.92 stable-baselines3==2.9.0
    python test/reference/observations.py

stable-baselines3 imports PyTorch, which is why this is no part of the tests. For each case NAME the file has
NAME.contract (JSON), NAME.raw uint8 [steps, 2, height, width, 3] and NAME.expected uint8 [steps, height, width].
"""

import json
from pathlib import Path

import ale_py
import cv2
import gymnasium
import numpy
from gymnasium.wrappers import AtariPreprocessing
from stable_baselines3.common.atari_wrappers import AtariWrapper, MaxAndSkipEnv, WarpFrame

gymnasium.register_envs(ale_py)
BETWEEN, STEPS = 25, 4


class Raw(gymnasium.Wrapper):
    """Remembers the last two screens in RGB."""

    def reset(self, **options):
        self.screens = []
        return self.env.reset(**options)

    def step(self, action):
        outcome = self.env.step(action)
        self.screens = [*self.screens[-1:], self.env.unwrapped.ale.getScreenRGB()]
        return outcome


def play(wrap, game):
    raw = Raw(gymnasium.make(f"ALE/{game}-v5", frameskip=1, repeat_action_probability=0.0))
    env = wrap(raw)
    env.reset(seed=5)
    actions = numpy.random.RandomState(7)
    pairs, expected = [], []
    for step in range(BETWEEN * STEPS):
        observation, _, terminated, truncated, _ = env.step(int(actions.randint(env.action_space.n)))
        if terminated or truncated:
            env.reset()
        elif step % BETWEEN == BETWEEN - 1:
            pairs.append(numpy.stack(raw.screens))
            expected.append(numpy.asarray(observation).reshape(numpy.asarray(observation).shape[:2]))
    return {"raw": numpy.stack(pairs), "expected": numpy.stack(expected)}


class Custom(gymnasium.ObservationWrapper):
    """Wrappers by hand, as the many repositories without a library have them."""

    def __init__(self, env, see):
        super().__init__(env)
        self.see = see

    def observation(self, observation):
        return self.see(observation)


def cropped_linear(image):
    grey = cv2.cvtColor(image[34:194], cv2.COLOR_RGB2GRAY)
    return cv2.resize(grey, (84, 84), interpolation=cv2.INTER_LINEAR)


def gymnasium_wrapper(env):
    return AtariPreprocessing(env, noop_max=30, frame_skip=4, screen_size=84)


def tall(env):
    return AtariPreprocessing(env, noop_max=30, frame_skip=3, screen_size=(60, 96))


def stable_baselines(env):
    return AtariWrapper(env, clip_reward=False, terminal_on_life_loss=False)


SB3 = {"grey": "bt601", "max_pool_of": "rgb"}
CASES = {
    "gymnasium": (gymnasium_wrapper, "Breakout", {}),
    "gymnasium-tall": (tall, "Seaquest", {"frame_skip": 3, "height": 96, "width": 60}),
    "gymnasium-tetris": (gymnasium_wrapper, "Tetris", {}),
    "stable-baselines3": (stable_baselines, "Breakout", SB3),
    "stable-baselines3-colours": (stable_baselines, "Seaquest", SB3),
    "cropped-linear": (
        lambda env: Custom(MaxAndSkipEnv(env, 4), cropped_linear),
        "Qbert",
        {**SB3, "resize": "linear", "crop": {"top": 34, "bottom": 16, "left": 0, "right": 0}},
    ),
    "warped": (lambda env: WarpFrame(MaxAndSkipEnv(env, 2), 64, 48), "MsPacman", {**SB3, "height": 48, "width": 64}),
}

arrays = {}
for name, (wrap, game, contract) in CASES.items():
    arrays[f"{name}.contract"] = numpy.array(json.dumps(contract))
    for part, array in play(wrap, game).items():
        arrays[f"{name}.{part}"] = array
path = Path(__file__).with_name("observations.npz")
numpy.savez_compressed(path, **arrays)
print(path.stat().st_size, {name: array.shape for name, array in arrays.items() if array.shape})
