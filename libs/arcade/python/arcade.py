"""Plays an Atari game for the Node process at the other end of standard input and output.

A message is two little-endian u32 (bytes of header, bytes of payload), a JSON header, and a raw payload. Every request
gets one reply, in order; a reply with "error" in its header says what was wrong with the request. The process ends when
its standard input does, that is, at the latest when its parent dies.
"""

import json
import os
import signal
import struct
import sys


def main():
    # Ctrl-C reaches the whole process group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests = sys.stdin.buffer
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # Whatever the emulator prints must not end up among the replies.
    game = None
    while (request := read_message(requests)) is not None:
        header, payload = request
        try:
            if header["do"] == "open":
                game, reply, observations = open_game(**header["options"])
            elif header["do"] == "reset":
                reply, observations = reset(game, header["seed"])
            else:
                reply, observations = step(game, payload)
        except Exception as error:
            reply, observations = {"error": f"{type(error).__name__}: {error}"}, b""
        write_message(replies, reply, observations)


def open_game(max_pool_last, action_set, **options):
    import ale_py
    import gymnasium
    import numpy
    from ale_py.vector_env import AtariVectorEnv

    game = AtariVectorEnv(
        maxpool=max_pool_last > 1,
        full_action_space=action_set == "full",
        # The observation after an episode's last step is the first of the next: no step is lost between them.
        autoreset_mode=gymnasium.vector.AutoresetMode.SAME_STEP,
        reward_clipping=False,
        episodic_life=False,
        grayscale=True,
        **options,
    )
    versions = {module.__name__: module.__version__ for module in (ale_py, gymnasium, numpy)}
    return game, {"actions": [action.name for action in game.ale.get_action_set()], "versions": versions}, b""


def reset(game, seed):
    observations, _ = game.reset(seed=seed)
    return {}, observations


def step(game, payload):
    import numpy

    actions = numpy.frombuffer(payload, dtype=numpy.uint8).astype(numpy.int32)
    observations, rewards, terminated, truncated, _ = game.step(actions)
    outcome = {"rewards": rewards.tolist(), "terminated": terminated.tolist(), "truncated": truncated.tolist()}
    return outcome, observations


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


try:
    main()
except BrokenPipeError:
    os._exit(0)  # The parent is gone; there is nobody left to tell.
