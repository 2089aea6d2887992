"""How much a file may hold, and how much of this machine an import may take."""

import os
import resource
import sys

MAX_STEPS = 2_000_000
# Half an hour of play of 84×84 frames, each emulator frame kept. The Node process holds one whole episode.
MAX_EPISODE_BYTES = 768 << 20
# One reply holds about as much as this.
BLOCK_BYTES = 4 << 20
MEMORY_BYTES = 200 << 20
# Deflate reaches 1032; recorded play stays below 400 where nothing moves at all.
MAX_RATIO = 800
RATIO_FREE_BYTES = 16 << 20


def cap_memory(extra_bytes=MEMORY_BYTES):
    """From here on the process gets at most so much more address space. macOS has no such limit that holds."""
    if not sys.platform.startswith("linux"):
        return
    with open("/proc/self/statm") as statm:
        baseline = int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (baseline + extra_bytes, baseline + extra_bytes))
