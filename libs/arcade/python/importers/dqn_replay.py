"""A checkpoint of Dopamine's replay memory, as the DQN Replay Dataset has them: $store$_observation_ckpt.N.gz and so on.

Each is a gzipped npy, the observations a million frames: read as a stream, never whole. The memory stands stack − 1 blank
transitions before each episode, which are left out here: stacking brings them back. It is a ring: `add_count`, where it is
there, says up to where it was written last. A first episode whose beginning lies in the checkpoint before is left out, too:
the observations of its first frames could not be put together.
"""

import gzip
import re

import numpy as np

from importers.archives import Archive, check_ratio
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

NAME = re.compile(r"(?:.*/)?(?:\$store\$_(observation|action|reward|terminal)|(add_count))_ckpt\.(\d+)\.gz")
STORES = ("observation", "action", "reward", "terminal")


def read(path, contract, action_count, _scratch):
    archive, names, number, ignored = find_stores(path)

    def open_store(key):
        name = names[key]
        store = NpyStream(name, gzip.GzipFile(fileobj=archive.open(name)))
        check_ratio(name, store.data_bytes, archive.sizes[name])
        return store

    observations = open_store("observation")
    require_pixels(observations.where, observations.dtype)
    if len(observations.shape) != 3:
        raise Refused(observations.where, f"shape {'×'.join(map(str, observations.shape))}: single frames [T, H, W] are wanted")
    capacity = observations.shape[0]
    require_steps(observations.where, capacity)
    reader = FrameReader(observations.where, observations.shape[1:], contract)
    columns = {key: store_column(open_store(key), capacity) for key in ("action", "reward", "terminal")}
    written, seam = ring(open_store("add_count"), capacity) if "add_count" in names else (capacity, None)
    actions = to_actions(names["action"], columns["action"][:written], action_count)
    rewards = to_rewards(names["reward"], columns["reward"][:written])
    terminal = to_flags(names["terminal"], columns["terminal"][:written])
    spans = cut(terminal, {seam} if number == 0 else {0, seam})
    stack = contract["stack"]
    padding = Padding(actions, rewards, terminal, stack)
    padded = begins_padded(open_store("observation"), spans, padding)
    remarks = [f"{name} is not read" for name in ignored]
    yield {"type": "opened", "frames": written, "episodes": len(spans), "source": {"padded": padded}, "remarks": remarks}, b""

    left_out = 0
    for span in spans:
        blank = leading_blanks(observations, span, padding)
        span.start += blank.dropped
        if span.start == span.stop or (padded and span.start_unknown and blank.dropped == 0):
            left_out += span.stop - span.start
            observations.skip(span.stop - span.start - len(blank.kept))
            continue
        part = slice(span.start, span.stop)
        yield episode_message(observations.where, actions[part], rewards[part], span.terminated, contract)
        yield from frame_messages(Rejoined(blank.kept, observations).rows, reader, span, observations.row_bytes)
    observations.skip(capacity - written)
    observations.finish()
    if left_out:
        yield {"type": "remark", "remark": f"{left_out} steps of an episode that began in the checkpoint before are left out"}, b""


def find_stores(path):
    """The archive, its names by store, the checkpoint's number, and the names that mean nothing to us."""
    archive = Archive(path)
    names, ignored, numbers = {}, [], set()
    for name in archive.sizes:
        match = NAME.fullmatch(name)
        if not match:
            ignored.append(name)
            continue
        key = match[1] or match[2]
        if key in names:
            raise Refused(name, f"is a second {key}, beside {names[key]}: one checkpoint at a time")
        names[key] = name
        numbers.add(match[3])
    for key in STORES:
        if key not in names:
            raise Refused(f"$store$_{key}_ckpt.N.gz", "missing")
    if len(numbers) > 1:
        raise Refused("archive", f"files of several checkpoints: {', '.join(sorted(numbers))}")
    return archive, names, int(numbers.pop()), sorted(ignored)


def store_column(array, capacity):
    require_length(array.where, array.shape[0] if array.shape else 0, capacity, "observations")
    if array.row_bytes > 16:
        raise Refused(array.where, f"shape {'×'.join(map(str, array.shape))}: one number a step is wanted")
    return array.whole()


def ring(array, capacity):
    """How many places were written, and the place at which the oldest transition stands, if that is not the first."""
    if array.dtype.kind not in "iu" or array.shape not in ((), (1,)):
        raise Refused(array.where, "one integer is wanted")
    count = int(array.whole()[0])
    if count <= 0:
        raise Refused(array.where, f"{count} transitions")
    return (count, None) if count <= capacity else (capacity, count % capacity or None)


class Piece(Span):
    """A span that may begin in the middle of an episode."""

    start_unknown = False


def cut(terminal, unknown_starts):
    """Pieces of play; those at `unknown_starts` may be the rest of an episode that began elsewhere."""
    ends = terminal.copy()
    ends[-1] = True
    ends[[start - 1 for start in unknown_starts if start]] = True
    stops = np.flatnonzero(ends) + 1
    pieces = [
        Piece(int(start), int(stop), bool(terminal[stop - 1]))
        for start, stop in zip(np.concatenate([[0], stops[:-1]]), stops)
    ]
    for piece in pieces:
        piece.start_unknown = piece.start in unknown_starts
    return pieces


class Padding:
    """Which transitions may be the blank ones before an episode."""

    def __init__(self, actions, rewards, terminal, stack):
        self.blank = (actions == 0) & (rewards == 0) & ~terminal
        self.most = stack - 1

    def candidates(self, span):
        """How many transitions at the span's start are blank but for their pixels."""
        head = self.blank[span.start : min(span.stop, span.start + self.most)]
        return int(np.argmin(head)) if not head.all() else len(head)


class Blanks:
    def __init__(self, dropped, kept):
        self.dropped, self.kept = dropped, kept


def leading_blanks(observations, span, padding):
    """Reads as far as there may be padding: how many frames were, and the others."""
    frames = observations.rows(padding.candidates(span))
    blank = ~frames.any(axis=(1, 2))
    dropped = len(blank) if blank.all() else int(np.argmin(blank))
    return Blanks(dropped, frames[dropped:])


def begins_padded(observations, spans, padding):
    """Whether an episode that certainly begins in this file begins with blank transitions."""
    known = next((span for span in spans if not span.start_unknown), None)
    if known is None or padding.most == 0 or padding.candidates(known) < padding.most:
        return False
    observations.skip(known.start)
    return leading_blanks(observations, known, padding).dropped == padding.most


class Rejoined:
    """Rows that were read ahead, then the stream's."""

    def __init__(self, ahead, stream):
        self.ahead, self.stream = ahead, stream

    def rows(self, count):
        ahead, self.ahead = self.ahead[:count], self.ahead[count:]
        rest = count - len(ahead)
        return np.concatenate([ahead, self.stream.rows(rest)]) if rest else ahead
