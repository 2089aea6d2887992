"""Numbers a step (actions, rewards, ends), checked, and the messages that carry an episode."""

from dataclasses import dataclass

import numpy as np

from importers.frames import block_steps
from importers.limits import BLOCK_BYTES, MAX_EPISODE_BYTES, MAX_STEPS
from importers.refused import Refused


@dataclass
class Span:
    """Steps [start, stop) of the file are one episode."""

    start: int
    stop: int
    terminated: bool


def to_actions(where, values, count):
    """uint8 [T] of integers below `count`."""
    values = column(where, values)
    if values.dtype.kind not in "iu":
        raise Refused(where, f"dtype {values.dtype}: actions are integers")
    wrong = (values < 0) | (values >= count)
    if wrong.any():
        index = int(np.argmax(wrong))
        raise Refused(where, f"{values[index]} is no action, the contract has {count} (0 to {count - 1})", index)
    return values.astype(np.uint8)


def to_rewards(where, values):
    """float32 [T], finite."""
    values = column(where, values)
    if values.dtype.kind not in "iuf":
        raise Refused(where, f"dtype {values.dtype}: rewards are numbers")
    with np.errstate(over="ignore"):
        rewards = values.astype("<f4")
    wrong = ~np.isfinite(rewards)
    if wrong.any():
        index = int(np.argmax(wrong))
        raise Refused(where, f"{values[index]} is no finite float32", index)
    return rewards


def to_flags(where, values):
    """bool [T]; numbers must be 0 or 1."""
    values = column(where, values)
    wrong = (values != 0) & (values != 1)
    if wrong.any():
        index = int(np.argmax(wrong))
        raise Refused(where, f"{values[index]} is neither true nor false", index)
    return values.astype(bool)


def column(where, values):
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise Refused(where, f"shape {'×'.join(map(str, values.shape)) or '()'}: one number a step is wanted")
    return values


def require_steps(where, steps):
    if steps == 0:
        raise Refused(where, "no step at all")
    if steps > MAX_STEPS:
        raise Refused(where, f"{steps} steps are more than {MAX_STEPS}; import them in parts")


def require_length(where, length, steps, of):
    if length != steps:
        raise Refused(where, f"{length} for {steps} {of}")


def episode_message(where, actions, rewards, terminated, contract):
    """Announces an episode; its frames follow."""
    steps = len(actions)
    if steps * contract["height"] * contract["width"] > MAX_EPISODE_BYTES:
        raise Refused(where, f"an episode of {steps} steps is longer than any that is read; are its ends marked?")
    header = {"type": "episode", "steps": steps, "terminated": bool(terminated)}
    return header, actions.astype(np.uint8).tobytes() + rewards.astype("<f4").tobytes()


def frame_messages(read_rows, reader, span, row_bytes):
    """The frames of one episode, a block a message. `read_rows(count)` gives the file's next observations."""
    reader.begin_episode()
    size = block_steps(row_bytes, BLOCK_BYTES)
    for start in range(span.start, span.stop, size):
        count = min(size, span.stop - start)
        frames = reader.read(read_rows(count), start)
        yield {"type": "frames", "count": count}, frames
