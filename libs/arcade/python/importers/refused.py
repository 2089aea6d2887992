"""What is wrong with a file, and where in it."""

import contextlib
import lzma
import tarfile
import zipfile
import zlib


class Refused(Exception):
    """The file cannot be imported: `where` names the entry, dataset or key, `index` the step in it."""

    def __init__(self, where, message, index=None):
        super().__init__(message)
        self.where, self.message, self.index = where, message, None if index is None else int(index)


DAMAGED = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError)
# What h5py makes of HDF5's errors.
HDF5_DAMAGED = (RuntimeError, KeyError, ValueError, TypeError)


@contextlib.contextmanager
def naming(where, *more):
    """Says where, when the libraries that unpack a file find it damaged; `more`: what else they raise then."""
    try:
        yield
    except Refused:
        raise
    except MemoryError:
        raise Refused(where, "takes more memory than an import may")
    except (*DAMAGED, *more) as error:
        raise Refused(where, f"damaged or cut short ({error or type(error).__name__})") from error
