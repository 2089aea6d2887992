"""Teachers as PyTorch's world saves them, and what the libraries that saved them compute: real files for libs/policies.

Made with Python 3.11, torch 2.15.0 (test/peers-requirements.txt), stable-baselines3 and sb3-contrib 2.9.2 and safetensors
(torch-requirements.txt beside this file), on the CPU:

    python test/formats/generate_torch.py [folder, by default test/reference/formats]

writes sb3-*.zip, cleanrl-*, *.pt and torch.safetensors: `observations` [4, 44, 52, 4] bytes and, for each file, `<file>`
[4, actions], the logits or Q-values that its library gives for them. 44×52 because the last convolution then gives an image
of 2×3, whose order of flattening matters. No network is trained: weights are random, and large enough for logits of order 1.

sb3-ppo.zip has the real NatureCNN; in the others its filters are quartered, to keep the files small.
"""

import sys
from pathlib import Path
from types import SimpleNamespace

import gymnasium
import numpy as np
import torch
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_torch_file
from sb3_contrib import QRDQN
from stable_baselines3 import A2C, DQN, PPO
from stable_baselines3.common import torch_layers
from stable_baselines3.common.policies import BasePolicy
from torch import nn

HEIGHT, WIDTH, STACK, ACTIONS = 44, 52, 4, 4
FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else "test/reference/formats")


class Frames(gymnasium.Env):
    """An environment for its spaces; nobody plays it."""

    observation_space = gymnasium.spaces.Box(0, 255, (HEIGHT, WIDTH, STACK), np.uint8)
    action_space = gymnasium.spaces.Discrete(ACTIONS)


def randomize(module, seed):
    """Weights of variance 2 / inputs and biases of a tenth: both matter to the logits."""
    generator = torch.Generator().manual_seed(seed)
    for parameter in module.parameters():
        scale = (2 / parameter[0].numel()) ** 0.5 if parameter.ndim > 1 else 0.1
        parameter.data = torch.randn(parameter.shape, generator=generator) * scale


# Stable-Baselines3


def actor_logits(policy, images):
    """The logits that its distribution is made of, which it normalises."""
    features = BasePolicy.extract_features(policy, images, policy.pi_features_extractor)
    logits = policy.action_net(policy.mlp_extractor.forward_actor(features))
    assert torch.allclose(policy.get_distribution(images).distribution.logits, logits.log_softmax(-1), atol=1e-5)
    return logits


def q_values(policy, images):
    return policy.q_net(images)


def mean_quantiles(policy, images):
    return policy.quantile_net(images).mean(dim=1)


def quartered():
    """torch.nn with convolutions of a quarter of the filters."""

    def conv(inputs, filters, **options):
        return nn.Conv2d(inputs if inputs == STACK else inputs // 4, filters // 4, **options)

    return SimpleNamespace(**{**vars(nn), "Conv2d": conv})


def stable_baselines3(images):
    kinds = {
        "sb3-ppo": (PPO, actor_logits, dict(), dict()),
        "sb3-a2c": (A2C, actor_logits, dict(), dict(net_arch=dict(pi=[24], vf=[8]), share_features_extractor=False)),
        "sb3-dqn": (DQN, q_values, dict(buffer_size=1), dict()),
        "sb3-qrdqn": (QRDQN, mean_quantiles, dict(buffer_size=1), dict(net_arch=[24], n_quantiles=5, activation_fn=nn.ELU)),
    }
    for seed, (name, (algorithm, outputs, options, policy)) in enumerate(kinds.items()):
        policy = dict(features_extractor_kwargs=dict(features_dim=16), **policy)
        torch_layers.nn = nn if name == "sb3-ppo" else quartered()
        model = algorithm("CnnPolicy", Frames(), policy_kwargs=policy, device="cpu", seed=seed, **options)
        torch_layers.nn = nn
        randomize(model.policy, seed)
        model.save(FOLDER / f"{name}.zip")
        yield f"{name}.zip", outputs(model.policy, images)


# CleanRL: the modules of ppo_atari.py, dqn_atari.py and ppo_procgen.py, with fewer units


def nature():
    return [nn.Conv2d(STACK, 8, 8, stride=4), nn.ReLU(), nn.Conv2d(8, 16, 4, stride=2), nn.ReLU(), nn.Conv2d(16, 16, 3),
            nn.ReLU(), nn.Flatten(), nn.Linear(16 * 2 * 3, 32), nn.ReLU()]  # fmt: skip


class Agent(nn.Module):
    def __init__(self):
        super().__init__()
        self.network = nn.Sequential(*nature())
        self.actor = nn.Linear(32, ACTIONS)
        self.critic = nn.Linear(32, 1)

    def forward(self, x):
        return self.actor(self.network(x / 255.0))


class QNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.network = nn.Sequential(*nature(), nn.Linear(32, ACTIONS))

    def forward(self, x):
        return self.network(x / 255.0)


class ResidualBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv0 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return x + self.conv1(nn.functional.relu(self.conv0(nn.functional.relu(x))))


class ConvSequence(nn.Module):
    def __init__(self, inputs, channels):
        super().__init__()
        self.conv = nn.Conv2d(inputs, channels, 3, padding=1)
        self.res_block0 = ResidualBlock(channels)
        self.res_block1 = ResidualBlock(channels)

    def forward(self, x):
        x = nn.functional.max_pool2d(self.conv(x), kernel_size=3, stride=2, padding=1)
        return self.res_block1(self.res_block0(x))


class ImpalaAgent(nn.Module):
    """Three sequences of 4, 6 and 6 channels; 44×52 becomes 6×7."""

    def __init__(self):
        super().__init__()
        sequences = [ConvSequence(STACK, 4), ConvSequence(4, 6), ConvSequence(6, 6)]
        self.network = nn.Sequential(*sequences, nn.Flatten(), nn.ReLU(), nn.Linear(6 * 7 * 6, 16), nn.ReLU())
        self.actor = nn.Linear(16, ACTIONS)
        self.critic = nn.Linear(16, 1)

    def forward(self, x):
        return self.actor(self.network(x / 255.0))


def made(module, seed):
    randomize(module, seed)
    return module


def cleanrl(images):
    agent, q_network, impala = made(Agent(), 11), made(QNetwork(), 12), made(ImpalaAgent(), 13)
    state = agent.state_dict()
    save = lambda value, name, **options: torch.save(value, FOLDER / name, **options)
    save(state, "cleanrl-ppo.pt")
    yield "cleanrl-ppo.pt", agent(images)
    save(state, "cleanrl-ppo-legacy.pt", _use_new_zipfile_serialization=False)
    yield "cleanrl-ppo-legacy.pt", agent(images)
    save(state, "cleanrl-ppo-protocol5.pt", pickle_protocol=5)
    yield "cleanrl-ppo-protocol5.pt", agent(images)
    save_torch_file(state, FOLDER / "cleanrl-ppo.safetensors")
    yield "cleanrl-ppo.safetensors", agent(images)
    for name, dtype in dict(f16=torch.float16, bf16=torch.bfloat16, f64=torch.float64).items():
        rounded = {key: value.to(dtype) for key, value in state.items()}
        save(rounded, f"cleanrl-ppo-{name}.pt")
        exact = Agent()
        exact.load_state_dict(rounded)
        yield f"cleanrl-ppo-{name}.pt", exact(images)
    optimizer = torch.optim.Adam(q_network.parameters())
    checkpoint = dict(epoch=3, model_state_dict=q_network.state_dict(), optimizer_state_dict=optimizer.state_dict())
    save(checkpoint, "cleanrl-dqn-checkpoint.pt")
    yield "cleanrl-dqn-checkpoint.pt", q_network(images)
    save(impala.state_dict(), "cleanrl-impala.pt")
    yield "cleanrl-impala.pt", impala(images)
    save_torch_file(impala.state_dict(), FOLDER / "cleanrl-impala.safetensors")
    yield "cleanrl-impala.safetensors", impala(images)
    save(agent, "cleanrl-module.pt")
    views = viewed(state)
    save(views, "cleanrl-ppo-views.pt")
    yield "cleanrl-ppo-views.pt", agent(images)
    save(views, "cleanrl-ppo-views-legacy.pt", _use_new_zipfile_serialization=False)
    yield "cleanrl-ppo-views-legacy.pt", agent(images)


def viewed(state):
    """The same numbers as views: of one buffer, transposed, with channels last, and with gaps."""
    views = dict(state)
    buffer = torch.cat([torch.full((5,), 9.0), state["actor.weight"].flatten(), state["network.0.bias"]])
    size = state["actor.weight"].numel()
    views["actor.weight"] = buffer[5 : 5 + size].view_as(state["actor.weight"])
    views["network.0.bias"] = buffer[5 + size :]
    views["network.7.weight"] = state["network.7.weight"].t().contiguous().t()
    views["network.2.weight"] = state["network.2.weight"].contiguous(memory_format=torch.channels_last)
    views["network.4.bias"] = torch.stack([state["network.4.bias"], torch.zeros(16)], dim=1)[:, 0]
    return views


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    frames = np.random.default_rng(7).integers(0, 256, (4, HEIGHT, WIDTH, STACK), np.uint8)
    images = torch.tensor(frames).permute(0, 3, 1, 2)
    reference = {"observations": frames}
    with torch.no_grad():
        for name, outputs in [*stable_baselines3(images), *cleanrl(images)]:
            reference[name] = outputs.float().numpy()
            print(name, (FOLDER / name).stat().st_size, outputs[0].tolist())
    save_file(reference, FOLDER / "torch.safetensors")


if __name__ == "__main__":
    main()
