"""What a policy sees of the emulator's screen under an observation contract, but for the stack: one grey frame a step."""

import numpy

# Weights of red, green and blue, and how their sum becomes a byte. ALE's palette was made with three of these digits.
ALE_GREY = (0.2989, 0.5870, 0.1140)
BT709_GREY = (0.2126, 0.7152, 0.0722)


class Observer:
    """Turns raw emulator frames into the frames of a contract (a dict by its names on the wire; missing fields have
    their defaults). In this order: crop, pool and grey (or grey and pool), resize."""

    def __init__(self, contract):
        self.height = contract.get("height", 84)
        self.width = contract.get("width", 84)
        self.max_pool_last = contract.get("max_pool_last", 2)
        self.pools_colours = contract.get("max_pool_of", "grey") == "rgb"
        self.to_grey = GREYS[contract.get("grey", "ale")]
        self.resizes_by_area = {"area": True, "linear": False}[contract.get("resize", "area")]
        crop = contract.get("crop") or {}
        self.crop = tuple(crop.get(side, 0) for side in ("top", "bottom", "left", "right"))

    def frame(self, raw):
        """raw: uint8 [k, H, W, 3], the last k emulator frames of a step in RGB, or [k, H, W], already grey; of more than
        max_pool_last the last ones count. Returns uint8 [height, width]."""
        frames = self._cropped(raw[-self.max_pool_last :])
        if self.pools_colours or len(frames) == 1:
            return self._resized(self._grey(frames.max(axis=0) if len(frames) > 1 else frames[0]))
        return self._resized(numpy.maximum.reduce([self._grey(frame) for frame in frames]))

    def _cropped(self, frames):
        top, bottom, left, right = self.crop
        height, width = frames.shape[1:3]
        if top + bottom >= height or left + right >= width:
            raise ValueError(f"crop: nothing is left of {height} x {width} pixels")
        return frames[:, top : height - bottom, left : width - right]

    def _grey(self, image):
        return self.to_grey(numpy.ascontiguousarray(image)) if image.ndim == 3 else image

    def _resized(self, image):
        if image.shape == (self.height, self.width):
            return numpy.ascontiguousarray(image)
        import cv2

        method = cv2.INTER_AREA if self.resizes_by_area else cv2.INTER_LINEAR
        return cv2.resize(numpy.ascontiguousarray(image), (self.width, self.height), interpolation=method)


def grey_by_bt601(image):
    import cv2

    return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)


def grey_by(weights):
    def to_grey(image):
        # Half up, as C's round: numpy's own goes to the even neighbour.
        return numpy.floor(image @ numpy.array(weights) + 0.5).astype(numpy.uint8)

    return to_grey


GREYS = {"ale": grey_by(ALE_GREY), "bt601": grey_by_bt601, "bt709": grey_by(BT709_GREY)}
