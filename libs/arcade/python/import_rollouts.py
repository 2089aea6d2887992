"""Reads recorded play that was made elsewhere, for the Node process at the other end of standard input and output.

The request {"do": "open", …} is answered by what the file is, each {"do": "next"} by the next message: an episode (its
actions and rewards as payload), then its frames in blocks, and in the end {"type": "finished"}. A reply with "refused"
says what is wrong with the file, and where. The messages are those of messages.py. Before the file is opened the process
gives up all memory above MEMORY_BYTES more than it has, so that a hostile file can take no more.
"""

import os
import sys

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # Each thread reserves address space, and there is a limit to it.
os.environ["HDF5_PLUGIN_PRELOAD"] = "::"  # A file names the filters it needs: none is loaded from anywhere.
os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(1 << 20)
# Isolated mode leaves the script's own directory out.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import cv2
import h5py
import numpy

from importers import dqn_replay, minari, npz
from importers.actions import action_names
from importers.limits import cap_memory
from importers.refused import Refused
from messages import serve

FORMATS = {"npz": npz.read, "minari": minari.read, "dqn-replay": dqn_replay.read}
VERSIONS = {module.__name__: module.__version__ for module in (cv2, h5py, numpy)}


def main():
    cv2.setNumThreads(0)
    messages = iter(())

    def answer(header, _payload):
        nonlocal messages
        if header["do"] == "open":
            messages = opened(**header["options"])
        try:
            return next(messages, ({"type": "finished"}, b""))
        except Refused as refused:
            return {"refused": {"where": refused.where, "message": refused.message, "index": refused.index}}, b""

    serve(answer)


def opened(path, format, contract, actions, scratch):
    names = actions or action_names(contract)
    cap_memory()
    try:
        messages = FORMATS[format](path, contract, len(names), scratch)
        header, payload = next(messages)
        yield {**header, "actions": names, "versions": VERSIONS}, payload
        yield from messages
    except MemoryError:
        raise Refused("file", "takes more memory than an import may")


main()
