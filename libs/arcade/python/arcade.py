"""Plays an Atari game for the Node process at the other end of standard input and output.

The messages are those of messages.py.

| request | payload | reply | payload |
|---|---|---|---|
| open: contract, num_envs, max_episode_frames | | actions, versions, fast | |
| reset: games, seeds (-1: its generator goes on) | | | uint8 [num_envs, height, width]: the newest frames |
| step: again (whether a game that ended starts anew) | uint8 [num_envs] actions; 255: it waits | rewards, terminated, truncated | as reset |
"""

import os
import sys

# Isolated (-I), Python does not look beside the script.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from messages import serve


def main():
    games = None

    def answer(header, payload):
        nonlocal games
        if header["do"] == "open":
            games, reply = open_games(header["contract"], header["num_envs"], header["max_episode_frames"])
            return reply, b""
        if header["do"] == "reset":
            return {}, games.reset(header["games"], header["seeds"])
        return step(games, payload, header["again"])

    serve(answer)


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


WAITS = 255


def step(games, payload, again):
    import numpy

    actions = numpy.frombuffer(payload, dtype=numpy.uint8)
    frames, rewards, terminated, truncated = games.step(actions, actions == WAITS)
    ended = numpy.flatnonzero(terminated | truncated).tolist()
    if again and ended:
        frames = games.reset(ended, [-1] * len(ended))
    outcome = {"rewards": rewards.tolist(), "terminated": terminated.tolist(), "truncated": truncated.tolist()}
    return outcome, frames


if __name__ == "__main__":
    main()
