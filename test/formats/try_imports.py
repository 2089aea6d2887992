"""What the importers say of files, one process for all of them, under the memory bound of an import.

    python try_imports.py IMPORTERS SCRATCH < requests

Each line of the input is a list [format, path, contract, number of actions]; each line of the output what was refused, as
{where, message, index}, or null. IMPORTERS is libs/arcade/python.
"""

import json
import sys
import time

sys.path.insert(0, sys.argv[1])

import cv2

from importers import dqn_replay, minari, npz
from importers.limits import cap_memory
from importers.refused import Refused

FORMATS = {"npz": npz.read, "minari": minari.read, "dqn-replay": dqn_replay.read}


def attempt(name, path, contract, action_count):
    start = time.perf_counter()
    try:
        for _ in FORMATS[name](path, contract, action_count, sys.argv[2]):
            pass
        said = None
    except Refused as refused:
        said = {"where": refused.where, "message": refused.message, "index": refused.index}
    print(path, f"{time.perf_counter() - start:.3f} s", file=sys.stderr)
    return said


cv2.setNumThreads(0)
cap_memory()
for line in sys.stdin:
    print(json.dumps(attempt(*json.loads(line))), flush=True)
