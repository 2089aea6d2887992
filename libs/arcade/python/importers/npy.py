"""numpy's .npy format read as a stream: header first, then rows, never the whole array."""

import math

import numpy as np
from numpy.lib import format as npy_format

from importers.refused import Refused, naming

MAX_HEADER_BYTES = 10_000


class NpyStream:
    """An array in C order whose rows come one block after the other."""

    def __init__(self, where, stream, size=None):
        """`size`: bytes that the archive declares for the file, None where it says nothing."""
        self.where, self.stream = where, stream
        with naming(where):
            self.shape, self.dtype = read_header(where, stream)
        self.rows_read = 0
        self.row_bytes = self.dtype.itemsize * math.prod(self.shape[1:])
        self.data_bytes = self.dtype.itemsize * math.prod(self.shape)
        if size is not None and stream.tell() + self.data_bytes != size:
            shape = "×".join(map(str, self.shape))
            raise Refused(where, f"{size} bytes are not {shape} of {self.dtype} and a header")

    def rows(self, count):
        """The next rows, an array [count, …]."""
        data = bytearray(count * self.row_bytes)
        filled = 0
        with naming(self.where):
            view = memoryview(data)
            while filled < len(data) and (got := self.stream.readinto(view[filled:])):
                filled += got
        if filled < len(data):
            raise Refused(self.where, "ends here, its header promises more", self.rows_read + filled // self.row_bytes)
        self.rows_read += count
        return np.frombuffer(data, self.dtype).reshape(count, *self.shape[1:])

    def skip(self, count):
        step = max(1, (4 << 20) // max(1, self.row_bytes))
        for start in range(0, count, step):
            self.rows(min(step, count - start))

    def finish(self):
        """Nothing may follow the last row. Reading up to the end is also what checks the archive's checksum."""
        with naming(self.where):
            if self.stream.read(1):
                raise Refused(self.where, "goes on after the last row that its header promises")

    def whole(self):
        """All of it; for what is small, a number a step."""
        array = self.rows(self.shape[0]) if self.shape else self.scalar()
        self.finish()
        return array

    def scalar(self):
        self.shape = (1,)
        return self.rows(1)


def read_header(where, stream):
    try:
        version = npy_format.read_magic(stream)
        reader = {(1, 0): npy_format.read_array_header_1_0, (2, 0): npy_format.read_array_header_2_0}[version]
        shape, fortran_order, dtype = reader(stream, max_header_size=MAX_HEADER_BYTES)
    except KeyError:
        raise Refused(where, f"version {version} of the npy format is not read, 1.0 and 2.0 are")
    except (ValueError, TypeError, SyntaxError, RecursionError) as error:
        raise Refused(where, f"is no npy file ({str(error).splitlines()[0] if str(error) else type(error).__name__})")
    if dtype.hasobject:
        raise Refused(where, "holds pickled objects, which are never read")
    if dtype.names is not None or dtype.kind not in "buif":
        raise Refused(where, f"dtype {dtype} is neither a number nor a boolean")
    if fortran_order and len(shape) > 1:
        raise Refused(where, "is in Fortran order; save numpy.ascontiguousarray(…) of it")
    if any(extent < 0 for extent in shape):
        raise Refused(where, f"a negative extent in its shape {shape}")
    return shape, dtype
