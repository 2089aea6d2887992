"""Plays a distilled student in the Arcade Learning Environment, with nothing but ONNX Runtime and ale-py.

    pip install -r requirements.txt
    python play_onnx.py student.onnx --episodes 30

The observation contract, which decides every pixel, stands in the file itself.
"""

import argparse
import json
from typing import Any

import numpy as np
import onnxruntime
from ale_py.vector_env import AtariVectorEnv

# What ale-py's vector environment plays; a contract that says otherwise needs wrappers of its own.
PLAYED = {"grey": "ale", "max_pool_of": "grey", "resize": "area", "life_loss": "continue"}


def main() -> None:
    options = arguments()
    session = onnxruntime.InferenceSession(options.student)
    contract, actions = read_metadata(session)
    episodes, seed = options.episodes, options.seed
    games = make_games(contract, episodes)
    numbers = game_numbers(games, actions)
    random = np.random.default_rng(seed)

    frames, _ = games.reset(seed=seed)
    returns, playing = np.zeros(episodes), np.ones(episodes, dtype=bool)
    while playing.any():
        # ale-py has the frames first, the student the pixels.
        (logits,) = session.run(None, {"observations": np.ascontiguousarray(frames.transpose(0, 2, 3, 1))})
        chosen = logits.argmax(axis=1) if options.greedy else sample(logits, random)
        frames, rewards, terminated, truncated, _ = games.step(numbers[chosen])
        returns += rewards * playing
        playing &= ~(terminated | truncated)
    error = returns.std(ddof=1) / np.sqrt(episodes) if episodes > 1 else float("nan")
    print(json.dumps({"episodes": episodes, "mean": returns.mean(), "standard_error": error, "returns": returns.tolist()}))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("student", help="an .onnx file: distill export JOB --as onnx")
    parser.add_argument("--episodes", type=int, default=30, help="played side by side")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--greedy", action="store_true", help="the likeliest action, instead of one drawn from the policy")
    return parser.parse_args()


def read_metadata(session: onnxruntime.InferenceSession) -> tuple[dict[str, Any], list[str]]:
    metadata = session.get_modelmeta().custom_metadata_map
    contract = json.loads(metadata["observation"])
    other = {field: contract[field] for field, value in PLAYED.items() if contract.get(field, value) != value}
    if other or any((contract.get("crop") or {}).values()):
        raise SystemExit(f"ale-py's vector environment cannot make these observations: {other or contract['crop']}")
    return contract, json.loads(metadata["actions"])


def make_games(contract: dict[str, Any], count: int) -> AtariVectorEnv:
    return AtariVectorEnv(
        game=contract["game"],
        num_envs=count,
        frameskip=contract["frame_skip"],
        maxpool=contract["max_pool_last"] > 1,
        stack_num=contract["stack"],
        img_height=contract["height"],
        img_width=contract["width"],
        grayscale=True,
        noop_max=contract["noop_max"],
        use_fire_reset=contract["fire_reset"],
        repeat_action_probability=contract["sticky_action_probability"],
        full_action_space=contract["action_set"] == "full",
        reward_clipping=False,
        episodic_life=False,
    )


def game_numbers(games: AtariVectorEnv, actions: list[str]) -> np.ndarray:
    """For each of the student's actions its number in the game."""
    names = [action.name for action in games.ale.get_action_set()]
    return np.array([names.index(action) for action in actions])


def sample(logits: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Gumbel's trick: the argmax of logits plus such noise is a draw from their softmax."""
    return (logits + random.gumbel(size=logits.shape)).argmax(axis=1)


if __name__ == "__main__":
    main()
