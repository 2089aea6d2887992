"""Files that are downloaded go on where a connection broke, and are checked before they bear their name."""

import base64
import hashlib
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from .problem import raise_for_problem

FRUITLESS = 5
RECONNECT_S = 0.5


@dataclass(frozen=True)
class Download:
    path: Path
    sha256: str
    bytes: int


def download(http: httpx.Client, url: str, out: Path | None, usual_name: str) -> Download:
    """Writes the file to `out`, or under its own name here.

    What a broken download has left lies in `….part`, and the next one goes on from there.
    Raises ProblemError; ValueError when the bytes are not those that the service announced.
    """
    said = http.head(url)
    if said.status_code >= 400:
        raise_for_problem(http.get(url))  # What is amiss has no words in the answer to a HEAD.
        said.raise_for_status()
    expected, etag = _sha256_of(said), said.headers.get("etag", "")
    length = int(said.headers["content-length"])
    path = out or Path(_filename_of(said) or usual_name)
    part = path.with_name(f"{path.name}.part")
    _receive(http, url, part, length, etag)
    sha256 = _hash(part)
    if sha256 != expected:
        part.unlink()
        raise ValueError(f"the download is damaged: sha256 {sha256}, announced was {expected}")
    os.replace(part, path)
    return Download(path, sha256, length)


def _receive(http: httpx.Client, url: str, part: Path, length: int, etag: str) -> None:
    fruitless = 0
    while (there := part.stat().st_size if part.exists() else 0) < length:
        headers = {"range": f"bytes={there}-", "if-range": etag} if there else {}
        try:
            with http.stream("GET", url, headers=headers, follow_redirects=True) as response:
                raise_for_problem(response)
                with part.open("ab" if response.status_code == 206 else "wb") as file:
                    for piece in response.iter_bytes():
                        file.write(piece)
            return
        except httpx.TransportError:
            came = part.exists() and part.stat().st_size > there
            fruitless = 0 if came else fruitless + 1
            if fruitless >= FRUITLESS:
                raise
            time.sleep(RECONNECT_S * fruitless)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sha256_of(response: httpx.Response) -> str:
    found = re.search(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]+):", response.headers.get("repr-digest", ""))
    if not found:
        raise ValueError("the service announced no sha-256 (Repr-Digest)")
    return base64.b64decode(found[1]).hex()


def _filename_of(response: httpx.Response) -> str | None:
    found = re.search(r'filename="([^"]+)"', response.headers.get("content-disposition", ""))
    # A name, not a folder.
    return Path(found[1]).name if found else None
