"""Plays an Atari game for the Node process at the other end of standard input and output.

A message is two little-endian u32 (bytes of header, bytes of payload), a JSON header, and a raw payload. Every request
gets one reply, in order; a reply with "error" in its header says what was wrong with the request. The process ends when
its standard input does, that is, at the latest when its parent dies.

| request | payload | reply | payload |
|---|---|---|---|
| open: contract, num_envs, max_episode_frames | | actions, versions, fast | |
| reset: games, seeds (-1: its generator goes on) | | | uint8 [num_envs, height, width]: the newest frames |
| step: again (whether a game that ended starts anew) | uint8 [num_envs] actions | rewards, terminated, truncated | as reset |
"""

import json
import os
import signal
import struct
import sys

# Isolated (-I), Python does not look beside the script.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))


def main():
    # Ctrl-C reaches the whole process group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests = sys.stdin.buffer
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # Whatever the emulator prints must not end up among the replies.
    games = None
    while (request := read_message(requests)) is not None:
        header, payload = request
        try:
            if header["do"] == "open":
                games, reply = open_games(header["contract"], header["num_envs"], header["max_episode_frames"])
                frames = b""
            elif header["do"] == "reset":
                reply, frames = {}, games.reset(header["games"], header["seeds"])
            else:
                reply, frames = step(games, payload, header["again"])
        except Exception as error:
            reply, frames = {"error": f"{type(error).__name__}: {error}"}, b""
        write_message(replies, reply, frames)


def open_games(contract, num_envs, max_episode_frames):
    import ale_py
    import gymnasium
    import numpy

    from observed_games import ObservedGames
    from vector_games import VectorGames

    fast = VectorGames.plays(contract)
    games = (VectorGames if fast else ObservedGames)(contract, num_envs, max_episode_frames)
    modules = [ale_py, gymnasium, numpy]
    if not fast:
        import cv2

        modules.append(cv2)
    versions = {module.__name__: module.__version__ for module in modules}
    return games, {"actions": games.actions, "versions": versions, "fast": fast}


def step(games, payload, again):
    import numpy

    actions = numpy.frombuffer(payload, dtype=numpy.uint8).astype(numpy.int32)
    frames, rewards, terminated, truncated = games.step(actions)
    ended = numpy.flatnonzero(terminated | truncated).tolist()
    if again and ended:
        frames = games.reset(ended, [-1] * len(ended))
    outcome = {"rewards": rewards.tolist(), "terminated": terminated.tolist(), "truncated": truncated.tolist()}
    return outcome, frames


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


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        os._exit(0)  # The parent is gone; there is nobody left to tell.
