"""Recorded play as other libraries write it, small, and what an import must make of it.

Made with Python 3.11 and test/formats/rollouts-requirements.txt:

    python test/formats/generate_rollouts.py

writes to test/reference/formats/rollouts/:

    minari-colour.tar.gz    Minari's own folder of ALE/Breakout-v5, raw RGB screens
    minari-jpeg.hdf5        main_data.hdf5 of the same, as Minari stores images unless told otherwise
    minari-stacked.zip      under AtariPreprocessing and FrameStackObservation
    frames.npz, stacked.npz, colour.npz          by numpy.savez_compressed
    dqn-replay.zip, dqn-replay.tar               by numpy.save and gzip, with Dopamine's names and its blank transitions
    golden.json             for each: the episodes after the import, frames as sha256 of their bytes

The expected frames do not come from our code: grey is the emulator's own (getScreenGrayscale), read beside the recording;
of JPEG images, which Pillow decodes, it is the emulator's formula. They are resized by OpenCV, as AtariPreprocessing does.
"""

import gzip
import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
import zipfile
from pathlib import Path

import ale_py
import cv2
import gymnasium
import h5py
import numpy as np
from gymnasium.wrappers import AtariPreprocessing, FrameStackObservation, TimeLimit
from PIL import Image

OUT = Path(__file__).resolve().parent.parent / "reference" / "formats" / "rollouts"
DATASETS = tempfile.mkdtemp()
os.environ["MINARI_DATASETS_PATH"] = DATASETS
import minari  # noqa: E402 (reads the variable)

gymnasium.register_envs(ale_py)
# So many emulator frames an action that a game ends within few steps.
SKIP = 20


class Witness(gymnasium.Wrapper):
    """Notes what the screen shows in grey and colour whenever an observation is handed out."""

    def __init__(self, env):
        super().__init__(env)
        self.seen = []

    def reset(self, **options):
        result = self.env.reset(**options)
        self.seen.append([self._look()])
        return result

    def step(self, action):
        result = self.env.step(action)
        self.seen[-1].append(self._look())
        return result

    def _look(self):
        ale = self.env.unwrapped.ale
        return ale.getScreenGrayscale().copy(), ale.getScreenRGB().copy()


def area(grey):
    return cv2.resize(grey, (84, 84), interpolation=cv2.INTER_AREA)


def play(env, seeds, after_each=lambda episode: None):
    """Random play; (actions, rewards, terminated) of each episode."""
    rng = np.random.default_rng(1)
    episodes = []
    for seed in seeds:
        env.reset(seed=seed)
        actions, rewards, over = [], [], False
        while not over:
            action = int(rng.choice([1, 2, 3]))
            _, reward, terminated, truncated, _ = env.step(action)
            actions.append(action)
            rewards.append(float(reward))
            over = terminated or truncated
        episodes.append((actions, rewards, terminated))
    return episodes


def golden(frames, actions, rewards, terminated):
    frames = np.ascontiguousarray(frames, np.uint8)
    assert len(frames) == len(actions) == len(rewards)
    return {
        "steps": len(actions),
        "terminated": bool(terminated),
        "frames_sha256": hashlib.sha256(frames.tobytes()).hexdigest(),
        "actions": [int(action) for action in actions],
        "rewards": [float(reward) for reward in rewards],
    }


def record_minari(name, env, jpeg_encoding):
    witness = Witness(env)
    collector = minari.DataCollector(witness, jpeg_encoding=jpeg_encoding)
    episodes = play(collector, seeds=[5, 6])
    collector.create_dataset(name, algorithm_name="random")
    return Path(DATASETS) / name, witness.seen, episodes


def breakout(max_steps, **options):
    return gymnasium.make("ALE/Breakout-v5", max_episode_steps=max_steps, repeat_action_probability=0.25, **options)


def preprocessed(max_steps):
    # The wrapper plays frame by frame, so the limit stands outside it.
    return TimeLimit(AtariPreprocessing(breakout(100_000, frameskip=1), frame_skip=SKIP), max_steps)


def minari_colour():
    folder, seen, episodes = record_minari("breakout/colour-v0", breakout(45, frameskip=SKIP), jpeg_encoding=False)
    with tarfile.open(OUT / "minari-colour.tar.gz", "w:gz", compresslevel=9) as archive:
        archive.add(folder, "colour-v0", filter=anonymous)
    return [golden([area(grey) for grey, _ in looks[:-1]], *episode) for looks, episode in zip(seen, episodes)]


def minari_jpeg():
    folder, _, episodes = record_minari("breakout/jpeg-v0", breakout(18, frameskip=SKIP), jpeg_encoding=True)
    shutil.copy(folder / "data" / "main_data.hdf5", OUT / "minari-jpeg.hdf5")
    result = []
    with h5py.File(OUT / "minari-jpeg.hdf5") as file:
        for index, episode in enumerate(episodes):
            images = [Image.open(io.BytesIO(bytes(data))) for data in file[f"episode_{index}/observations"][:-1]]
            result.append(golden([area(to_grey(np.asarray(image, np.float64))) for image in images], *episode))
    return result


def to_grey(rgb):
    return np.floor(rgb[..., 0] * 0.2989 + rgb[..., 1] * 0.5870 + rgb[..., 2] * 0.1140 + 0.5).astype(np.uint8)


def minari_stacked():
    single = Recorder(preprocessed(max_steps=25))
    stacked = FrameStackObservation(single, 4)
    folder, _, episodes = record_minari("breakout/stacked-v0", stacked, jpeg_encoding=False)
    with zipfile.ZipFile(OUT / "minari-stacked.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, Path("stacked-v0") / path.relative_to(folder))
    return [golden(frames[:-1], *episode) for frames, episode in zip(single.episodes, episodes)]


class Recorder(gymnasium.ObservationWrapper):
    """Keeps the single frames before they are stacked."""

    def __init__(self, env):
        super().__init__(env)
        self.episodes = []

    def reset(self, **options):
        self.episodes.append([])
        return super().reset(**options)

    def observation(self, observation):
        self.episodes[-1].append(observation.copy())
        return observation


def recorded_frames():
    """Preprocessed play without a stack: frames of each episode but the last one, and the episodes."""
    single = Recorder(preprocessed(max_steps=45))
    episodes = play(single, seeds=[7, 8, 9])
    return [np.stack(frames[:-1]) for frames in single.episodes], episodes


def flat(episodes):
    lengths = [len(actions) for actions, _, _ in episodes]
    terminated, truncated = np.zeros(sum(lengths), bool), np.zeros(sum(lengths), bool)
    for last, (_, _, over) in zip(np.cumsum(lengths) - 1, episodes):
        (terminated if over else truncated)[last] = True
    return {
        "actions": np.concatenate([actions for actions, _, _ in episodes]).astype(np.int64),
        "rewards": np.concatenate([rewards for _, rewards, _ in episodes]).astype(np.float32),
        "terminated": terminated,
        "truncated": truncated,
    }


def npz_files():
    frames, episodes = recorded_frames()
    expected = [golden(part, *episode) for part, episode in zip(frames, episodes)]
    columns = flat(episodes)
    np.savez_compressed(OUT / "frames.npz", frames=np.concatenate(frames), **columns)
    stacked = np.concatenate([stack_zero(part) for part in frames])
    starts = np.cumsum([0, *[len(part) for part in frames[:-1]]])
    dones = {"dones": columns["terminated"] | columns["truncated"], "timeouts": columns["truncated"]}
    rest = {key: columns[key] for key in ("actions", "rewards")}
    np.savez_compressed(OUT / "stacked.npz", observations=stacked, episode_starts=starts.astype(np.int32), **dones, **rest)
    return {"frames.npz": expected, "stacked.npz": expected, "colour.npz": npz_colour()}


def npz_colour():
    witness = Witness(breakout(20, frameskip=SKIP))
    episodes = play(witness, seeds=[3])
    observations = np.stack([rgb for _, rgb in witness.seen[0][:-1]])
    np.savez_compressed(OUT / "colour.npz", observations=observations, **flat(episodes))
    return [golden([area(grey) for grey, _ in witness.seen[0][:-1]], *episodes[0])]


def stack_zero(frames):
    """[T, 84, 84, 4], oldest first, blank before the first."""
    padded = np.concatenate([np.zeros((3, 84, 84), np.uint8), frames])
    return np.stack([padded[offset : offset + len(frames)] for offset in range(4)], axis=-1)


def dqn_replay():
    frames, episodes = recorded_frames()
    blank = np.zeros((3, 84, 84), np.uint8)
    store = {"observation": [], "action": [], "reward": [], "terminal": []}

    def add(part, actions, rewards, over):
        store["observation"].append(part)
        store["action"].append(np.array(actions, np.int32))
        store["reward"].append(np.array(rewards, np.float32))
        terminal = np.zeros(len(part), np.uint8)
        terminal[-1:] = over
        store["terminal"].append(terminal)

    # Dopamine marks the end of every episode, also where the time limit came first.
    add(frames[0][20:], episodes[0][0][20:], episodes[0][1][20:], 1)  # Begun in the checkpoint before.
    for part, (actions, rewards, _) in zip(frames[1:], episodes[1:]):
        add(blank, [0] * 3, [0] * 3, 0)
        add(part, actions, rewards, 1)
    add(blank, [0] * 3, [0] * 3, 0)
    add(frames[0][:12], episodes[0][0][:12], episodes[0][1][:12], 0)  # Unfinished.
    store["observation"].append(np.full((2, 84, 84), 77, np.uint8))  # Left from the round before.
    for key, kind in (("action", np.int32), ("reward", np.float32), ("terminal", np.uint8)):
        store[key].append(np.zeros(2, kind))
    arrays = {f"$store$_{key}": np.concatenate(parts) for key, parts in store.items()}
    capacity = len(arrays["$store$_action"])
    arrays["add_count"] = np.array(3 * capacity - 2)
    files = {f"{key}_ckpt.2.gz": gzipped(array) for key, array in arrays.items()}
    with zipfile.ZipFile(OUT / "dqn-replay.zip", "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(f"replay_logs/{name}"), data)
    unfinished = golden(frames[0][:12], episodes[0][0][:12], episodes[0][1][:12], False)
    return [golden(part, a, r, True) for part, (a, r, _) in zip(frames[1:], episodes[1:])] + [unfinished]


def dqn_replay_plain():
    """A memory without blank transitions, as other programs write it."""
    frames, episodes = recorded_frames()
    arrays = {
        "observation": np.concatenate(frames[:2]),
        "action": np.concatenate([episode[0] for episode in episodes[:2]]).astype(np.int32),
        "reward": np.concatenate([episode[1] for episode in episodes[:2]]).astype(np.float32),
        "terminal": np.zeros(sum(map(len, frames[:2])), np.uint8),
    }
    arrays["terminal"][len(frames[0]) - 1] = 1
    with tarfile.open(OUT / "dqn-replay.tar", "w") as archive:
        for key, array in arrays.items():
            data = gzipped(array)
            entry = tarfile.TarInfo(f"$store$_{key}_ckpt.7.gz")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return [golden(part, a, r, over) for part, (a, r, _), over in zip(frames, episodes[:2], (True, False))]


def gzipped(array):
    data = io.BytesIO()
    np.save(data, array, allow_pickle=False)
    return gzip.compress(data.getvalue(), 9, mtime=0)


def anonymous(entry):
    entry.uid = entry.gid = entry.mtime = 0
    entry.uname = entry.gname = ""
    return entry


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    expected = {
        "minari-colour.tar.gz": minari_colour(),
        "minari-jpeg.hdf5": minari_jpeg(),
        "minari-stacked.zip": minari_stacked(),
        **npz_files(),
        "dqn-replay.zip": dqn_replay(),
        "dqn-replay.tar": dqn_replay_plain(),
    }
    (OUT / "golden.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")
    shutil.rmtree(DATASETS)
