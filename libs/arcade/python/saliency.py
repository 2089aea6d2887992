"""Draws where two policies look: for each frame the frame, either policy's saliency over it, and their difference.

Request "draw": the header has count, height and width, the payload the frames [count, height, width] as bytes, then the
first and the second policy's saliency, [count, height, width] float32 each. The reply's payload is a PNG.
"""

import io
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import numpy
from PIL import Image, ImageDraw, ImageFont
from messages import serve

SCALE, GAP, TITLE_HEIGHT = 3, 6, 22
# Almost all of the teacher's saliency is drawn below the brightest colour; single pixels far above it are cut off.
BRIGHTEST = 99.5
BACKGROUND, TEXT = (17, 19, 24), (235, 238, 242)


def draw(header, payload):
    shape = count, height, width = header["count"], header["height"], header["width"]
    size = count * height * width
    frames = numpy.frombuffer(payload, numpy.uint8, size).reshape(shape)
    first, second = numpy.frombuffer(payload, "<f4", 2 * size, size).reshape(2, *shape)
    rows = [row(*parts) for parts in zip(frames, first, second)]
    image = grid(rows, header["titles"])
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return {"width": image.width, "height": image.height}, file.getvalue()


def row(frame, first, second):
    scale = max(float(numpy.percentile(first, BRIGHTEST)), 1e-12)
    grey = numpy.repeat(frame[:, :, None], 3, axis=2).astype(numpy.float32)
    return [grey, heat(grey, first / scale), heat(grey, second / scale), diverging((second - first) / scale)]


def heat(grey, level):
    """Black-body colours over the darkened frame, as opaque as the saliency is high."""
    level = numpy.clip(level, 0, 1)[:, :, None]
    colour = numpy.clip(numpy.concatenate([3 * level, 3 * level - 1, 3 * level - 2], axis=2), 0, 1) * 255
    opacity = numpy.sqrt(level)
    return 0.5 * grey * (1 - opacity) + colour * opacity


def diverging(level):
    """White where both agree, red where the second is higher, blue where it is lower."""
    level = numpy.clip(level, -1, 1)[:, :, None]
    red, blue = numpy.array([178, 24, 43]), numpy.array([33, 102, 172])
    return 255 + numpy.abs(level) * (numpy.where(level > 0, red, blue) - 255)


def grid(rows, titles):
    height, width = (SCALE * side for side in rows[0][0].shape[:2])
    size = len(titles) * (width + GAP) - GAP, TITLE_HEIGHT + len(rows) * (height + GAP) - GAP
    image = Image.new("RGB", size, BACKGROUND)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(14)
    for column, title in enumerate(titles):
        pen.text((column * (width + GAP) + 2, 2), title, TEXT, font)
    for line, parts in enumerate(rows):
        for column, part in enumerate(parts):
            tile = Image.fromarray(part.astype(numpy.uint8)).resize((width, height), Image.Resampling.NEAREST)
            image.paste(tile, (column * (width + GAP), TITLE_HEIGHT + line * (height + GAP)))
    return image


serve(draw)
