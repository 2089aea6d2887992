"""Golden vectors of Sobolev training, from PyTorch's own double backprop: an independent program, in double precision.

Made with Python 3.11, torch 2.15.0 and numpy 2.4.6 (test/peers-requirements.txt), on the CPU:

    ~/.cache/sobolev-distiller/peers-venv-*/bin/python test/reference/generate.py

writes test/reference/golden.safetensors, which test/golden.test.ts compares with every engine. Nothing here knows the
twin pass: derivatives are torch.autograd.grad with create_graph=True, and the loss goes through it once more.

For each network, named `wide`, `uneven` and `folded` (B examples, A actions; images are [B, H, W, C], weights in PyTorch's layout):

    student.*, teacher.*         weights: conv [out, in, h, w], dense [out, in]
    pixels                       [10, B, H, W, C] bytes, one batch a training step; the rest is about the first batch
    directions                   [10, A, B, A] orthonormal rows for each example
    logits, log_probs, teacher_log_probs         [B, A]
    jacobian                     [A, B, H, W, C] of the student's log-policy
    pull_back.student, .teacher  [B, H, W, C] along the first direction
    kl                           [2] for temperatures 1 and 2
    values                       [5] reverse KL for temperatures 1 and 2, NLL, MSE of centred logits, KL without temperature
    <k>.term                     [1] unweighted derivative term; k = one: along the first direction, all: the mean over all A,
                                 plain: along the first, with the norm for its square, jvp: along a tenth of the change from
                                 this step's images to the next step's
    <k>.losses                   [10, 2] value and derivative term of the first ten steps of Adam
    <k>.gradient.*               d loss / d weight at the first step
"""

import json
import struct
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

STEPS, ALPHA, LEARNING_RATE, DECAY = 10, 1.0, 1e-3, 0.99
# Nearer to a kink of ReLU than this, single precision might fall on its other side.
SAFE_MARGIN = 3e-6

NETWORKS = {
    "wide": dict(seed=3, batch=6, image=(2, 16, 14), convs=[(4, 4, 2), (6, 3, 1)], units=16, actions=5),
    "uneven": dict(seed=5, batch=5, image=(1, 12, 9), convs=[(4, 3, 2), (5, 2, 2)], units=12, actions=3),
    "folded": dict(seed=7, batch=5, image=(2, 18, 14), convs=[(3, 6, 4), (4, 2, 1)], units=10, actions=4),
}


def make_weights(rng, image, convs, units, actions):
    """Single-precision numbers, so that both sides start from the same ones."""
    channels, height, width = image
    weights = {}
    for number, (filters, kernel, stride) in enumerate(convs, 1):
        weights[f"conv{number}.weight"] = (filters, channels, kernel, kernel)
        channels, height, width = filters, (height - kernel) // stride + 1, (width - kernel) // stride + 1
    weights["dense.weight"] = (units, channels * height * width)
    weights["logits.weight"] = (actions, units)
    made = {}
    for name, shape in weights.items():
        scale = np.sqrt(2 / np.prod(shape[1:]))
        made[name] = rng.normal(0, scale, shape)
        made[name.replace("weight", "bias")] = rng.normal(0, 0.1, shape[0])
    return {name: torch.tensor(value.astype("float32")).double() for name, value in made.items()}


def make_directions(rng, batch, actions):
    """[A, B, A]: the rows of one random rotation for each example."""
    rotations = [np.linalg.qr(rng.normal(size=(actions, actions)))[0] for _ in range(batch)]
    return torch.tensor(np.stack(rotations, axis=1).astype("float32")).double()


class Policy:
    def __init__(self, weights, convs):
        self.weights, self.convs, self.margin = weights, convs, float("inf")

    def logits(self, x):
        w = self.weights
        for number, (_, _, stride) in enumerate(self.convs, 1):
            x = self.relu(F.conv2d(x, w[f"conv{number}.weight"], w[f"conv{number}.bias"], stride))
        x = self.relu(F.linear(x.flatten(1), w["dense.weight"], w["dense.bias"]))
        return F.linear(x, w["logits.weight"], w["logits.bias"])

    def relu(self, x):
        self.margin = min(self.margin, x.abs().min().item())
        return F.relu(x)

    def pull_back(self, x, v, create_graph=False):
        """The gradient of <log pi, v> in the pixels, for each example."""
        x = x.clone().requires_grad_(True)
        projected = (F.log_softmax(self.logits(x), 1) * v).sum()
        return torch.autograd.grad(projected, x, create_graph=create_graph)[0]


    def push_forward(self, x, u, create_graph=False):
        """The derivative of log pi along u [B, A], from A gradients."""
        x = x.clone().requires_grad_(True)
        columns = F.log_softmax(self.logits(x), 1).sum(0)
        gradients = [torch.autograd.grad(c, x, create_graph=create_graph, retain_graph=True)[0] for c in columns]
        return torch.stack([(gradient * u).flatten(1).sum(1) for gradient in gradients], 1)


def kl(teacher_logits, logits, temperature):
    log_t, log_s = F.log_softmax(teacher_logits / temperature, 1), F.log_softmax(logits / temperature, 1)
    return F.kl_div(log_s, log_t, reduction="batchmean", log_target=True)


def values(teacher_logits, logits):
    centred = lambda y: y - y.mean(1, keepdim=True)
    return torch.stack(
        [
            kl(logits, teacher_logits, 1),
            kl(logits, teacher_logits, 2),
            F.cross_entropy(logits, teacher_logits.argmax(1)),
            (centred(logits) - centred(teacher_logits)).square().sum(1).mean(),
            kl(teacher_logits, logits, 1),
        ]
    )


def squared(g):
    return g.square().flatten(1).sum(1).mean()


def length(g):
    return g.square().flatten(1).sum(1).sqrt().mean()


def loss_terms(student, teacher, x, ask, measure, running):
    """Value and weighted derivative term, and the unweighted one. `ask` gives a policy's derivatives at x."""
    pairs = list(zip(ask(student, True), ask(teacher, False)))
    unweighted = torch.stack([measure(s - t) for s, t in pairs]).mean()
    weight = ALPHA / running(torch.stack([measure(t) for _, t in pairs]).mean().item())
    return kl(teacher.logits(x), student.logits(x), 1), weight * unweighted, unweighted


def along_actions(x, vs):
    return lambda policy, create_graph: [policy.pull_back(x, v, create_graph) for v in vs]


def along_pixels(x, u):
    return lambda policy, create_graph: [policy.push_forward(x, u, create_graph)]


def running_mean():
    """Exponential running mean with Adam's bias correction."""
    state, step = 0.0, 0

    def advance(value):
        nonlocal state, step
        state, step = DECAY * state + (1 - DECAY) * value, step + 1
        return state / (1 - DECAY**step)

    return advance


def train(start, teacher, convs, images, questions, measure=squared):
    student = Policy({name: weight.clone().requires_grad_(True) for name, weight in start.items()}, convs)
    optimizer = torch.optim.Adam(student.weights.values(), lr=LEARNING_RATE, betas=(0.9, 0.999), eps=1e-8)
    running, losses, first = running_mean(), [], None
    for x, ask in zip(images, questions):
        value, derivative, unweighted = loss_terms(student, teacher, x, ask, measure, running)
        optimizer.zero_grad()
        (value + derivative).backward()
        first = first or (unweighted, {name: weight.grad.clone() for name, weight in student.weights.items()})
        optimizer.step()
        losses.append([value.item(), derivative.item()])
    return first[0], first[1], torch.tensor(losses), min(student.margin, teacher.margin)


def golden(seed, batch, image, convs, units, actions):
    rng = np.random.default_rng(seed)
    start, teacher_weights = (make_weights(rng, image, convs, units, actions) for _ in range(2))
    pixels = torch.tensor(rng.integers(0, 256, (STEPS, batch, *image), dtype=np.uint8))
    images = (pixels.float() / 255).double()
    directions = [make_directions(rng, batch, actions) for _ in range(STEPS)]
    student, teacher, x = Policy(start, convs), Policy(teacher_weights, convs), images[0]
    logits = student.logits(x)
    basis = torch.eye(actions, dtype=torch.double)
    channels_last = lambda g: g.movedim(-3, -1)
    tensors = {f"student.{name}": weight for name, weight in start.items()}
    tensors |= {f"teacher.{name}": weight for name, weight in teacher_weights.items()}
    tensors |= {
        "pixels": channels_last(pixels),
        "directions": torch.stack(directions),
        "logits": logits,
        "log_probs": F.log_softmax(logits, 1),
        "teacher_log_probs": F.log_softmax(teacher.logits(x), 1),
        "jacobian": torch.stack([channels_last(student.pull_back(x, row.expand(batch, -1))) for row in basis]),
        "pull_back.student": channels_last(student.pull_back(x, directions[0][0])),
        "pull_back.teacher": channels_last(teacher.pull_back(x, directions[0][0])),
        "kl": torch.stack([kl(teacher.logits(x), logits, temperature) for temperature in (1, 2)]),
        "values": values(teacher.logits(x), logits),
    }
    pulled = lambda k: [along_actions(x, rows[:k]) for x, rows in zip(images, directions)]
    changes = (images.roll(-1, 0) - images) / 10
    pushed = [along_pixels(x, u) for x, u in zip(images, changes)]
    runs = {"one": (pulled(1), squared), "all": (pulled(actions), squared), "plain": (pulled(1), length)}
    for name, (questions, measure) in (runs | {"jvp": (pushed, squared)}).items():
        term, gradients, losses, margin = train(start, teacher, convs, images, questions, measure)
        assert margin > SAFE_MARGIN, f"an activation is only {margin} from ReLU's kink: choose another seed"
        tensors |= {f"{name}.term": term.reshape(1), f"{name}.losses": losses}
        tensors |= {f"{name}.gradient.{weight}": gradient for weight, gradient in gradients.items()}
    return tensors


def write_safetensors(path, tensors):
    header, chunks, offset = {}, [], 0
    for name, tensor in tensors.items():
        array = tensor.detach().contiguous().numpy()
        array = array if array.dtype == np.uint8 else array.astype("<f4")
        dtype = "U8" if array.dtype == np.uint8 else "F32"
        end = offset + array.nbytes
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [offset, end]}
        chunks.append(array.tobytes())
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(chunks))


if __name__ == "__main__":
    everything = {}
    for name, settings in NETWORKS.items():
        everything |= {f"{name}.{key}": tensor for key, tensor in golden(**settings).items()}
    target = Path(__file__).with_name("golden.safetensors")
    write_safetensors(target, everything)
    print(f"{target}: {target.stat().st_size} bytes, {len(everything)} tensors, torch {torch.__version__}")
