"""Observations as a file has them, to the single grey frames of a contract: [n, …] in, uint8 [n, height, width] out."""

import numpy as np

from importers.refused import Refused
from observe import Observer

SCREENS = ((210, 160), (250, 160))


class FrameReader:
    """Stacks are checked to be consistent and taken apart; the emulator's screens are made grey, cropped and resized."""

    def __init__(self, where, item_shape, contract):
        """`item_shape`: of one observation, without the axis of steps. @raises Refused if the contract has no such thing"""
        self.where, self.contract = where, contract
        self.size = (contract["height"], contract["width"])
        self.observer = Observer(contract)
        self.layout = self._layout(tuple(item_shape))
        newest_last = contract.get("stack_order", "oldest_first") == "oldest_first"
        self.newest = -1 if newest_last else 0
        self.previous = None

    def begin_episode(self):
        self.previous = None

    def read(self, observations, index):
        """`index`: step of the first one in the file, for the errors."""
        if self.layout == "stack_last":
            observations = np.moveaxis(observations, -1, 1)
        if self.layout in ("stack_first", "stack_last"):
            self._check_stacks(observations, index)
            self.previous = np.array(observations[-1])
            observations = observations[:, self.newest]
        elif self.layout == "grey":
            observations = observations.reshape(len(observations), *self._screen(observations.shape[1:]))
        if observations.shape[1:] == self.size:
            return np.ascontiguousarray(observations)
        return np.stack([self.observer.frame(observation[np.newaxis]) for observation in observations])

    def _layout(self, shape):
        stack = self.contract["stack"]
        if len(shape) == 2 and self._is_screen(shape):
            return "grey"
        if len(shape) == 3 and self._is_screen(shape[:2]):
            if shape[2] == 3 and shape[:2] in SCREENS:
                return "rgb"
            if shape[2] == 1:
                return "grey"
            if shape[2] == stack:
                return "stack_last"
        if len(shape) == 3 and self._is_screen(shape[1:]):
            if shape[0] == 1:
                return "grey"
            if shape[0] == stack:
                return "stack_first"
        height, width = self.size
        raise Refused(
            self.where,
            f"one observation is {'×'.join(map(str, shape)) or 'a number'}; the contract takes {height}×{width} grey, "
            f"stacks of {stack} of them, or the emulator's 210×160 (250×160) grey or ×3 colours",
        )

    def _is_screen(self, shape):
        return shape == self.size or shape in SCREENS

    def _screen(self, shape):
        return tuple(extent for extent in shape if extent != 1)

    def _check_stacks(self, stacks, index):
        """What is kept is the newest frame of each stack; the others must be what stacking them again gives."""
        older = stacks[:, :-1] if self.newest == -1 else stacks[:, 1:]
        newer = stacks[:, 1:] if self.newest == -1 else stacks[:, :-1]
        if self.previous is None:
            self._check_padding(older[0], stacks[0, self.newest], index)
        else:
            carried = self.previous[1:] if self.newest == -1 else self.previous[:-1]
            self._require_same(older[0], carried, index)
        same = (older[1:] == newer[:-1]).all(axis=(1, 2, 3))
        if not same.all():
            self._refuse_stack(index + 1 + int(np.argmin(same)))

    def _check_padding(self, older, newest, index):
        padding = self.contract.get("stack_padding", "zero")
        if not (older == (newest if padding == "repeat" else 0)).all():
            means = "that frame again" if padding == "repeat" else "blank frames"
            raise Refused(
                self.where, f"before an episode's first frame stands not what the contract's stack_padding says: {means}", index
            )

    def _require_same(self, older, carried, index):
        if not (older == carried).all():
            self._refuse_stack(index)

    def _refuse_stack(self, index):
        order = self.contract.get("stack_order", "oldest_first")
        raise Refused(self.where, f"its older frames are not those of the step before (the contract's order is {order})", index)


def require_pixels(where, dtype):
    if dtype != np.uint8:
        raise Refused(where, f"dtype {dtype}: pixels are uint8")


def block_steps(row_bytes, block_bytes):
    return max(1, block_bytes // max(1, row_bytes))
