"""What the scripts beside this one share: the observations, and the file that outputs go into."""

import json
import struct

import numpy as np


def observe():
    """[3, 36, 36, 4] bytes: blocks and dots, as a game's frames have them."""
    rng = np.random.default_rng(5)
    coarse = rng.integers(0, 256, (3, 9, 9, 4), dtype=np.uint8).repeat(4, 1).repeat(4, 2)
    dots = rng.random(coarse.shape) < 0.05
    return np.where(dots, 255, coarse).astype(np.uint8)


def write_safetensors(path, tensors):
    header, chunks, offset = {}, [], 0
    for name, array in tensors.items():
        end = offset + array.nbytes
        dtype = "U8" if array.dtype == np.uint8 else "F32"
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [offset, end]}
        chunks.append(np.ascontiguousarray(array).tobytes())
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(chunks))
