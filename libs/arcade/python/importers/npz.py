"""NumPy's .npz with one array a key, a number or an observation a step; see KEYS for the names."""

import zipfile

import numpy as np

from importers.archives import Archive
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
from importers.npy import NpyStream
from importers.refused import Refused

KEYS = {
    "frames": ("frames", "observations", "obs"),
    "actions": ("actions",),
    "rewards": ("rewards",),
    "terminated": ("terminated", "terminations", "terminals", "dones"),
    "truncated": ("truncated", "truncations", "timeouts"),
    "episode_starts": ("episode_starts",),
}
REQUIRED = ("frames", "actions", "rewards")


def read(path, contract, action_count, _scratch):
    arrays, ignored = open_arrays(path)
    frames = arrays["frames"]
    require_pixels(frames.where, frames.dtype)
    if len(frames.shape) < 2:
        raise Refused(frames.where, "has no axis of steps")
    steps = frames.shape[0]
    require_steps(frames.where, steps)
    reader = FrameReader(frames.where, frames.shape[1:], contract)
    for array in arrays.values():
        if array is not frames and array.where != "episode_starts.npy":
            require_length(array.where, array.shape[0] if array.shape else 0, steps, "observations")
    actions = to_actions(arrays["actions"].where, numbers(arrays["actions"]), action_count)
    rewards = to_rewards(arrays["rewards"].where, numbers(arrays["rewards"]))
    spans = episode_spans(arrays, steps)
    remarks = [f"{name} is not read" for name in ignored]
    if "terminated" not in arrays:
        remarks.append("no key says where a game ended: every episode counts as cut by a time limit")
    yield {"type": "opened", "frames": steps, "episodes": len(spans), "source": {}, "remarks": remarks}, b""
    for span in spans:
        part = slice(span.start, span.stop)
        yield episode_message(frames.where, actions[part], rewards[part], span.terminated, contract)
        yield from frame_messages(frames.rows, reader, span, frames.row_bytes)
    frames.finish()


def open_arrays(path):
    """The arrays by our names for them, and the names of the entries that mean nothing to us."""
    if not zipfile.is_zipfile(path):
        raise Refused("file", "is no zip archive, which an npz file is, or not a whole one")
    archive = Archive(path)
    arrays = {}
    for ours, names in KEYS.items():
        found = [f"{name}.npy" for name in names if f"{name}.npy" in archive.sizes]
        if len(found) > 1:
            raise Refused(found[1], f"means the same as {found[0]}")
        if found:
            arrays[ours] = NpyStream(found[0], archive.open(found[0]), archive.sizes[found[0]])
        elif ours in REQUIRED:
            raise Refused(f"{names[0]}.npy", f"missing; the file has {', '.join(sorted(archive.sizes)[:20]) or 'nothing'}")
    if "terminated" not in arrays and "episode_starts" not in arrays:
        raise Refused("terminated.npy", "missing, and so is episode_starts.npy: nothing says where an episode ends")
    known = {array.where for array in arrays.values()}
    return arrays, sorted(name for name in archive.sizes if name not in known)


def numbers(array):
    """A small array whole."""
    require_steps(array.where, array.shape[0] if array.shape else 0)
    if array.row_bytes > 16:
        raise Refused(array.where, f"shape {'×'.join(map(str, array.shape))}: one number a step is wanted")
    return array.whole()


def episode_spans(arrays, steps):
    terminated, truncated = (
        to_flags(arrays[key].where, numbers(arrays[key])) if key in arrays else np.zeros(steps, bool)
        for key in ("terminated", "truncated")
    )
    if "terminated" in arrays and arrays["terminated"].where == "dones.npy":
        terminated &= ~truncated  # The old Gym's done is true for both.
    ends = terminated | truncated
    if "episode_starts" in arrays:
        ends = ends_before(arrays["episode_starts"], ends, known="terminated" in arrays)
    ends[-1] = True
    stops = np.flatnonzero(ends) + 1
    starts = np.concatenate([[0], stops[:-1]])
    return [Span(int(start), int(stop), bool(terminated[stop - 1])) for start, stop in zip(starts, stops)]


def ends_before(array, ends, known):
    """An episode ends before the next one starts; what else the file says of ends must agree."""
    where, values, steps = array.where, numbers(array), len(ends)
    if values.dtype == bool or (len(values) == steps and steps > 1 and np.isin(values, (0, 1)).all()):
        require_length(where, len(values), steps, "observations")
        starts = np.flatnonzero(to_flags(where, values))
    else:
        starts = start_indices(where, values, steps)
    if len(starts) == 0 or starts[0] != 0:
        raise Refused(where, "the first episode does not start at step 0", 0)
    is_start = np.zeros(steps, bool)
    is_start[starts] = True
    conflict = ends[:-1] & ~is_start[1:]
    if known and conflict.any():
        raise Refused(where, "no episode starts here, but one ended at the step before", int(np.argmax(conflict)) + 1)
    return np.append(is_start[1:], True)


def start_indices(where, values, steps):
    if values.ndim != 1 or values.dtype.kind not in "iu":
        raise Refused(where, f"dtype {values.dtype}: a boolean a step, or the steps at which episodes start")
    starts = values.astype(np.int64)
    wrong = (starts < 0) | (starts >= steps)
    wrong[1:] |= starts[1:] <= starts[:-1]
    if wrong.any():
        index = int(np.argmax(wrong))
        raise Refused(where, f"{values[index]} is no step after the start before it", index)
    return starts
