"""Messages between Python and the Node process at the other end of standard input and output.

A message is two little-endian u32 (bytes of header, bytes of payload), a JSON header, and a raw payload. Every request
gets one reply, in order; a reply with "error" in its header says what was wrong with the request.
"""

import json
import os
import signal
import struct
import sys


def serve(answer):
    """Replies to each request with `answer(header, payload)`, until standard input ends: at the latest when the parent dies."""
    # Ctrl-C reaches the whole process group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests = sys.stdin.buffer
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # Whatever a library prints must not end up among the replies.
    try:
        while (request := read_message(requests)) is not None:
            try:
                reply, payload = answer(*request)
            except Exception as error:
                reply, payload = {"error": f"{type(error).__name__}: {error}"}, b""
            write_message(replies, reply, payload)
    except BrokenPipeError:
        os._exit(0)  # The parent is gone; there is nobody left to tell.


def read_message(stream):
    prefix = stream.read(8)
    if len(prefix) < 8:
        return None
    header_bytes, payload_bytes = struct.unpack("<II", prefix)
    header = stream.read(header_bytes)
    payload = stream.read(payload_bytes)
    return (json.loads(header), payload) if len(payload) == payload_bytes else None


def write_message(stream, header, payload):
    encoded = json.dumps(header).encode()
    payload = memoryview(payload).cast("B")
    stream.write(struct.pack("<II", len(encoded), payload.nbytes))
    stream.write(encoded)
    stream.write(payload)
    stream.flush()
