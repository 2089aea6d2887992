"""Answers the Node process at the other end of standard input and output, message by message.

A message is two little-endian u32 (bytes of header, bytes of payload), a JSON header, and a raw payload. Every request
gets one reply, in order; a reply with "error" in its header says what was wrong with the request. The process ends when
its standard input does, that is, at the latest when its parent dies.
"""

import json
import os
import signal
import struct
import sys


def serve(handlers):
    """handlers: what to do for each "do" of a header, by name: (header, payload) -> (header, payload) of the reply."""
    # Ctrl-C reaches the whole process group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests = sys.stdin.buffer
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # Whatever a library prints must not end up among the replies.
    while (request := read_message(requests)) is not None:
        header, payload = request
        try:
            reply = handlers[header["do"]](header, payload)
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}, b""
        try:
            write_message(replies, *reply)
        except BrokenPipeError:
            return  # The parent is gone; there is nobody left to tell.


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
    stream.write(struct.pack("<II", len(encoded), len(payload)))
    stream.write(encoded)
    stream.write(payload)
    stream.flush()
