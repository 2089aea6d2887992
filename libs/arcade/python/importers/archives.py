"""Zip and tar archives: names and sizes are judged before anything is read, links are refused."""

import os
import stat
import tarfile
import zipfile

from importers.limits import MAX_RATIO, RATIO_FREE_BYTES
from importers.refused import Refused, naming

MAX_ENTRIES = 10_000


class Archive:
    """Files of an archive by their names. Each is opened as a stream; nothing is unpacked to disk."""

    def __init__(self, path):
        self.path = path
        self.kind = "zip" if zipfile.is_zipfile(path) else "tar"
        with naming("archive"):
            self.sizes = self._list_zip() if self.kind == "zip" else self._list_tar()

    def open(self, name):
        """A readable binary stream of its own."""
        with naming(name):
            if self.kind == "zip":
                return zipfile.ZipFile(self.path).open(name)
            archive = tarfile.open(self.path)
            return archive.extractfile(archive.getmember(name))

    def _list_zip(self):
        names = Names()
        for entry in zipfile.ZipFile(self.path).infolist():
            mode = entry.external_attr >> 16
            names.check(entry.orig_filename, is_link=stat.S_ISLNK(mode))
            if entry.is_dir():
                continue
            if entry.flag_bits & 1:
                raise Refused(entry.filename, "is encrypted")
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise Refused(entry.filename, "is neither stored nor deflated")
            check_ratio(entry.filename, entry.file_size, entry.compress_size)
            names.add(entry.filename, entry.file_size)
        return names.sizes

    def _list_tar(self):
        names, total = Names(), 0
        packed = os.path.getsize(self.path)
        try:
            archive = tarfile.open(self.path)
        except tarfile.ReadError:
            raise Refused("archive", "is neither a zip nor a tar file")
        for entry in archive:
            names.check(entry.name, is_link=entry.issym() or entry.islnk())
            if entry.isdir():
                continue
            if not entry.isreg():
                raise Refused(entry.name, "is not a plain file")
            total += entry.size
            check_ratio(entry.name, total, packed)
            names.add(entry.name, entry.size)
        return names.sizes


class Names:
    def __init__(self):
        self.sizes, self.seen = {}, 0

    def check(self, name, is_link):
        self.seen += 1
        if self.seen > MAX_ENTRIES:
            raise Refused("archive", f"more than {MAX_ENTRIES} entries")
        parts = name.split("/")
        if name.startswith("/") or "\\" in name or "\0" in name or ".." in parts or parts[0].endswith(":"):
            raise Refused(name, "a name that leads out of the archive")
        if is_link:
            raise Refused(name, "is a link")

    def add(self, name, size):
        if name in self.sizes:
            raise Refused(name, "is in the archive twice")
        self.sizes[name] = size


def check_ratio(where, size, packed):
    if size > RATIO_FREE_BYTES and size > MAX_RATIO * packed:
        raise Refused(where, f"{packed} bytes unpack to {size}: more than {MAX_RATIO} times as many, no recorded play does")
