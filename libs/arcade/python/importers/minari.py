"""A Minari dataset: main_data.hdf5 alone, or the dataset's folder as .zip, .tar or .tar.gz.

One group an episode, `episode_N`, with observations [T + 1, …] (the last one, on which nobody acted, is not kept), actions,
rewards, terminations and truncations [T]. Minari stores images as JPEG unless told otherwise: such pixels are near to the
emulator's, not the same.
"""

import json
import os
import re
import shutil

import cv2
import h5py
import numpy as np

from importers.archives import Archive
from importers.environment import check_environment
from importers.episodes import (
    Span,
    episode_message,
    frame_messages,
    require_length,
    require_steps,
    to_actions,
    to_flags,
    to_rewards,
)
from importers.frames import FrameReader, require_pixels
from importers.limits import MAX_STEPS
from importers.refused import HDF5_DAMAGED, Refused, naming

HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
MAIN_FILE = "main_data.hdf5"
EPISODE = re.compile(r"episode_(\d{1,9})")
MAX_METADATA_BYTES = 8 << 20
MAX_CHUNK_BYTES = 32 << 20
MAX_JPEG_BYTES = 1 << 20
JPEG_MAGIC = b"\xff\xd8\xff"


def read(path, contract, action_count, scratch):
    with open(path, "rb") as file:
        is_hdf5 = file.read(8) == HDF5_MAGIC
    main, metadata = (path, {}) if is_hdf5 else unpack(path, scratch)
    yield from read_hdf5(main, metadata, contract, action_count)


def unpack(path, directory):
    """The dataset's main file, unpacked, and its metadata.json."""
    archive = Archive(path)
    found = [name for name in archive.sizes if name.split("/")[-1] == MAIN_FILE]
    if len(found) != 1:
        raise Refused("archive", f"{len(found)} files named {MAIN_FILE}: one dataset is wanted")
    metadata = read_metadata(archive, found[0][: -len(MAIN_FILE)] + "metadata.json")
    size, target = archive.sizes[found[0]], os.path.join(directory, MAIN_FILE)
    if size > shutil.disk_usage(directory).free:
        raise Refused(found[0], f"{size} bytes do not fit on the disk")
    with naming(found[0]), archive.open(found[0]) as packed, open(target, "wb") as file:
        if (magic := packed.read(8)) != HDF5_MAGIC:
            raise Refused(found[0], "is no HDF5 file")
        file.write(magic)
        shutil.copyfileobj(packed, file, 1 << 20)
    return target, metadata


def read_metadata(archive, name):
    if name not in archive.sizes:
        return {}
    if archive.sizes[name] > MAX_METADATA_BYTES:
        raise Refused(name, f"{archive.sizes[name]} bytes are too many")
    with naming(name), archive.open(name) as file:
        return as_object(name, file.read())


def as_object(where, text):
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused(where, "is no JSON")
    if not isinstance(parsed, dict):
        raise Refused(where, "is no JSON object")
    return parsed


def read_hdf5(path, metadata, contract, action_count):
    with naming(MAIN_FILE, *HDF5_DAMAGED), h5py.File(path, "r") as file:
        metadata = {**attributes(file), **metadata}
        spec = metadata.get("env_spec")
        spec = as_object("env_spec", spec) if isinstance(spec, str) else {}
        remarks = check_environment(spec, contract)
        episodes = list_episodes(file)
        steps = [episode_steps(file, name) for name in episodes]
        require_steps(MAIN_FILE, sum(steps))
        first = Observations(file, episodes[0])
        if first.is_jpeg:
            remarks.append("observations are JPEG: near to the pixels that the game showed, not the same")
        source = {"dataset_id": str(metadata.get("dataset_id", ""))[:200], "environment": str(spec.get("id", ""))[:200]}
        opening = {"type": "opened", "frames": sum(steps), "episodes": len(episodes), "source": source, "remarks": remarks}
        yield opening, b""
        for name, count in zip(episodes, steps):
            yield from read_episode(file, name, count, contract, action_count)


def read_episode(file, name, steps, contract, action_count):
    if steps == 0:
        raise Refused(name, "an episode of no steps")
    numbers = {}
    for key in ("actions", "rewards", "terminations", "truncations"):
        values = plain_dataset(file, f"{name}/{key}")
        require_length(f"{name}/{key}", values.shape[0] if values.shape else 0, steps, "actions")
        numbers[key] = numbers_of(f"{name}/{key}", values)
    actions = to_actions(f"{name}/actions", numbers["actions"], action_count)
    rewards = to_rewards(f"{name}/rewards", numbers["rewards"])
    ends = {key: to_flags(f"{name}/{key}", numbers[key]) for key in ("terminations", "truncations")}
    for key, flags in ends.items():
        if flags[:-1].any():
            raise Refused(f"{name}/{key}", "true before the episode's last step", int(np.argmax(flags)))
    observations = Observations(file, name)
    require_length(observations.where, observations.count, steps + 1, "observations (one more than actions)")
    reader = FrameReader(observations.where, observations.item_shape, contract)
    yield episode_message(name, actions, rewards, ends["terminations"][-1], contract)
    yield from frame_messages(observations.rows, reader, Span(0, steps, False), observations.row_bytes)


class Observations:
    """An episode's observations, as arrays or as one JPEG a step, block by block."""

    def __init__(self, file, name):
        self.where = f"{name}/observations"
        self.dataset = plain_dataset(file, self.where)
        self.count, self.position = self.dataset.shape[0] if self.dataset.shape else 0, 0
        vlen = h5py.check_vlen_dtype(self.dataset.dtype)
        require_pixels(self.where, vlen or self.dataset.dtype)
        self.is_jpeg = len(self.dataset.shape) == 1 if vlen else len(self.dataset.shape) == 2 and self._starts_as_jpeg()
        if vlen and not self.is_jpeg:
            raise Refused(self.where, "rows of varying length, and no JPEG images")
        self.item_shape = self._decode(0).shape if self.is_jpeg and self.count else self.dataset.shape[1:]
        self.row_bytes = max(1, int(np.prod(self.item_shape, dtype=np.int64)))

    def rows(self, count):
        start, self.position = self.position, self.position + count
        if not self.is_jpeg:
            with naming(self.where, *HDF5_DAMAGED):
                return self.dataset[start : start + count]
        images = [self._decode(index) for index in range(start, start + count)]
        for offset, image in enumerate(images):
            if image.shape != self.item_shape:
                raise Refused(self.where, f"an image of {image.shape} among images of {self.item_shape}", start + offset)
        return np.stack(images)

    def _starts_as_jpeg(self):
        if self.count == 0 or self.dataset.shape[1] < 3:
            return False
        return self.dataset[0, :3].tobytes() == JPEG_MAGIC

    def _decode(self, index):
        with naming(self.where, *HDF5_DAMAGED):
            data = np.asarray(self.dataset[index], np.uint8)
        if len(data) > MAX_JPEG_BYTES or data[:3].tobytes() != JPEG_MAGIC:
            raise Refused(self.where, "is no JPEG image", index)
        image = decode_jpeg(data)
        if image is None:
            raise Refused(self.where, "is a damaged JPEG image", index)
        return image


def decode_jpeg(data):
    """uint8 [H, W, 3] in RGB, or [H, W]; None if it cannot be decoded."""
    try:
        image = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB) if image is not None and image.ndim == 3 else image


def list_episodes(file):
    """Names of the groups, by their numbers."""
    found = sorted((int(match[1]), name) for name in file if (match := EPISODE.fullmatch(name)))
    if not found:
        raise Refused(MAIN_FILE, "no group named episode_0")
    if len(found) > MAX_STEPS:
        raise Refused(MAIN_FILE, f"{len(found)} episodes are too many")
    for expected, (number, name) in enumerate(found):
        if number != expected:
            raise Refused(f"episode_{expected}", f"missing, but there is {name}")
    return [name for _, name in found]


def episode_steps(file, name):
    actions = plain_dataset(file, f"{name}/actions")
    steps = actions.shape[0] if actions.shape else 0
    require_steps(f"{name}/actions", steps)
    return steps


def numbers_of(where, dataset):
    if dataset.dtype.kind not in "buif":
        raise Refused(where, f"dtype {dataset.dtype} is neither a number nor a boolean")
    if len(dataset.shape) > 2 or (len(dataset.shape) == 2 and dataset.shape[1] != 1):
        raise Refused(where, f"shape {'×'.join(map(str, dataset.shape))}: one number a step is wanted")
    with naming(where, *HDF5_DAMAGED):
        return dataset[()]


def plain_dataset(file, path):
    """A dataset whose bytes lie in this file. Links and external storage would have it read others of this machine."""
    node = file
    for part in path.split("/"):
        if not isinstance(node, h5py.Group) or part not in node:
            raise Refused(path, "missing")
        if not isinstance(node.get(part, getlink=True), h5py.HardLink):
            raise Refused(path, "is a link")
        node = node[part]
    if isinstance(node, h5py.Group):
        raise Refused(path, f"is a group of {', '.join(sorted(node)[:5])}; only plain observations and actions are read")
    if not isinstance(node, h5py.Dataset):
        raise Refused(path, "is no dataset")
    if node.is_virtual or node.external:
        raise Refused(path, "lies in another file")
    check_storage(path, node)
    return node


def check_storage(path, dataset):
    """HDF5 unpacks whole chunks, and takes memory for them as their declaration says."""
    chunk = dataset.chunks or (1, *dataset.shape[1:])
    size = int(np.prod(chunk, dtype=object)) * dataset.dtype.itemsize
    if size > MAX_CHUNK_BYTES:
        raise Refused(path, f"chunks of {size} bytes are larger than {MAX_CHUNK_BYTES}")


def attributes(file):
    """Attributes of the file itself, where Minari kept its metadata before version 0.5."""
    found = {}
    for key in ("env_spec", "dataset_id"):
        if key in file.attrs:
            value = file.attrs[key]
            found[key] = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return found
