"""Loads exported students with the libraries they are for and prints how far their logits are from the student's.

python check_exports.py FOLDER README: a folder of cases, as check-exports.ts writes them, and the README whose Python classes
the students must load into. Ends with an error where one does not load strictly, or is off by more than 1e-5 of the largest logit.
"""

import json
import re
import sys
from pathlib import Path

import gymnasium
import numpy as np
import onnx
import onnxruntime
import stable_baselines3
import torch
from stable_baselines3 import PPO
from torch import nn

TOLERANCE = 1e-5


def documented(readme: Path) -> dict:
    """The classes of the README's Python examples."""
    namespace: dict = {}
    for block in re.findall(r"```python\n(.*?)```", readme.read_text(), re.DOTALL):
        exec(block, namespace)
    return namespace


class NatureAgent(nn.Module):
    """CleanRL's ppo_atari.py, without the initialisation."""

    def __init__(self, envs):
        super().__init__()
        self.network = nn.Sequential(
            nn.Conv2d(4, 32, 8, stride=4), nn.ReLU(),
            nn.Conv2d(32, 64, 4, stride=2), nn.ReLU(),
            nn.Conv2d(64, 64, 3, stride=1), nn.ReLU(),
            nn.Flatten(),
            nn.Linear(64 * 7 * 7, 512), nn.ReLU(),
        )  # fmt: skip
        self.actor = nn.Linear(512, envs.single_action_space.n)
        self.critic = nn.Linear(512, 1)


class Envs:
    single_action_space = gymnasium.spaces.Discrete(4)


class Screen(gymnasium.Env):
    """An environment with the spaces of a preprocessed Atari game, and nothing else of it."""

    observation_space = gymnasium.spaces.Box(0, 255, (84, 84, 4), np.uint8)
    action_space = gymnasium.spaces.Discrete(4)


class Residual(nn.Module):
    def __init__(self, named):
        super().__init__()
        for name, module in named:
            self.add_module(name, module)

    def forward(self, x):
        y = x
        for module in self.children():
            y = module(y)
        return x + y


def build(layers, shape, block=False):
    """A module of any layers, with our names, and the shape that it gives; [channels, height, width] as torch has it."""
    modules, seen = [], {}
    hidden = sum(layer["kind"] == "dense" for layer in (layers if block else layers[:-1]))
    for index, layer in enumerate(layers):
        kind = layer["kind"]
        seen[kind] = seen.get(kind, 0) + 1
        name = f"{kind.replace('-', '_')}{seen[kind]}"
        if kind == "dense" and hidden == 1:
            name = "dense"
        if index == len(layers) - 1 and not block:
            name = "logits"
        module = make(layer, shape)
        shape = tuple(module(torch.zeros(1, *shape)).shape[1:])
        modules.append((name, module))
    return modules, shape


def make(layer, shape):
    match layer["kind"]:
        case "conv":
            padding = {"valid": 0, "same": (layer["kernel"] - 1) // 2}.get(layer["padding"], layer["padding"])
            return nn.Conv2d(shape[0], layer["filters"], layer["kernel"], layer["stride"], padding)
        case "dense":
            return nn.Linear(shape[0], layer["units"])
        case "flatten":
            return nn.Flatten()
        case "max-pool":
            return nn.MaxPool2d(layer["size"], layer["stride"], layer["padding"])
        case "average-pool":
            return nn.AvgPool2d(layer["size"], layer["stride"], layer["padding"])
        case "layer-norm":
            return nn.LayerNorm(shape)
        case "residual":
            return Residual(build(layer["layers"], shape, block=True)[0])
        case "leaky-relu":
            return nn.LeakyReLU(layer["slope"])
        case "elu":
            return nn.ELU(layer["alpha"])
        case kind:
            return {"relu": nn.ReLU, "gelu": nn.GELU, "silu": nn.SiLU, "tanh": nn.Tanh, "softplus": nn.Softplus}[kind]()


def run_onnx(file, observations, case):
    model = onnx.load(file)
    onnx.checker.check_model(model, full_check=True)
    assert {entry.key for entry in model.metadata_props} == {"layers"}
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    return session.run(["logits"], {"observations": observations})[0]


def run_plain(file, observations, case):
    height, width, channels = case["image"]
    module = nn.Sequential()
    for name, layer in build(case["layers"], (channels, height, width))[0]:
        module.add_module(name, layer)
    load(module, file)
    return module(channels_first(observations) / 255)


def run_documented(file, observations, case):
    student = case["classes"]["Student"](4)
    load(student, file)
    return student(torch.from_numpy(observations))


def run_cleanrl(file, observations, case):
    agent = (NatureAgent if case["name"] == "nature" else case["classes"]["Agent"])(Envs)
    load(agent, file)
    hidden = agent.network(channels_first(observations) / 255.0)
    assert not agent.critic(hidden).any()
    return agent.actor(hidden)


def run_sb3(file, observations, case):
    kwargs = {} if case["name"] == "nature" else case["classes"]["policy_kwargs"]
    model = PPO("CnnPolicy", Screen(), policy_kwargs=kwargs, device="cpu")
    load(model.policy, file)
    model.policy.set_training_mode(False)
    images, _ = model.policy.obs_to_tensor(np.ascontiguousarray(observations.transpose(0, 3, 1, 2)))
    features = model.policy.extract_features(images)
    logits = model.policy.action_net(model.policy.mlp_extractor.forward_actor(features))
    actions, _ = model.predict(observations, deterministic=True)
    assert (actions == logits.argmax(1).numpy()).all()
    return logits


def load(module, file):
    module.load_state_dict(torch.load(file, weights_only=True), strict=True)


def channels_first(observations):
    return torch.from_numpy(np.ascontiguousarray(observations.transpose(0, 3, 1, 2)))


def main(folder: Path, readme: Path) -> None:
    print(f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}, torch {torch.__version__}, ", end="")
    print(f"stable-baselines3 {stable_baselines3.__version__}")
    runs = [
        ("student.onnx", "onnxruntime", run_onnx),
        ("student.pth", "torch", run_plain),
        ("student.pth", "README's Student", run_documented),
        ("student.cleanrl.pth", "CleanRL's Agent", run_cleanrl),
        ("student.sb3.pth", "SB3's PPO", run_sb3),
    ]
    worst = 0.0
    for path in sorted(folder.iterdir()):
        case = json.loads((path / "case.json").read_text())
        case |= {"name": path.name, "classes": documented(readme)}
        observations = np.fromfile(path / "observations", np.uint8).reshape(-1, *case["image"])
        expected = np.fromfile(path / "logits", np.float32).reshape(len(observations), -1)
        for file, library, run in runs:
            if not (path / file).exists() or (run is run_documented and path.name != "paper-student"):
                continue
            with torch.no_grad():
                logits = np.asarray(run(str(path / file), observations, case))
            assert logits.shape == expected.shape
            difference = np.abs(logits - expected).max()
            worst = max(worst, difference / np.abs(expected).max())
            print(f"{path.name:14} {file:20} {library:17} {difference:.1e} of {np.abs(expected).max():.2f}")
    assert worst < TOLERANCE, worst


main(Path(sys.argv[1]), Path(sys.argv[2]))
