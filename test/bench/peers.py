"""One contender of the benchmark: PyTorch (eager double backprop, or torch.func) or JAX (jit), on the CPU.

    python test/bench/peers.py pytorch|torch.func|jax

Answers one JSON line on standard output to each JSON line on standard input: load, gradients, step, gemm.
Mathematics of a step: KL(teacher, student) + w / k sum over v of mean over b of |d<log pi_s, v>/dx - g_t|^2, with w = 1 over
the debiased running mean of |g_t|^2 (whose values are labels and come with g_t); or, along a direction u in pixel space,
w times the mean over b of |d log pi_s/dx u - p_t|^2; then Adam. Images and pull-backs come as [B, H, W, C].
"""

import gc
import json
import statistics
import struct
import sys
import time

import numpy as np

LEARNING_RATE, BETA1, BETA2, EPSILON, DECAY = 1e-3, 0.9, 0.999, 1e-8, 0.99


def read_safetensors(path):
    raw = np.memmap(path, dtype=np.uint8, mode="r")
    (length,) = struct.unpack("<Q", raw[:8].tobytes())
    header = json.loads(raw[8 : 8 + length].tobytes())
    types = {"F32": "<f4", "U8": "u1"}
    start = 8 + length
    return {
        name: raw[start + entry["data_offsets"][0] : start + entry["data_offsets"][1]]
        .view(types[entry["dtype"]])
        .reshape(entry["shape"])
        for name, entry in header.items()
    }


def write_safetensors(path, arrays):
    header, offset = {}, 0
    for name, array in arrays.items():
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [offset, offset + array.nbytes]}
        offset += array.nbytes
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in arrays.values():
            file.write(np.ascontiguousarray(array, dtype="<f4").tobytes())


class Torch:
    """PyTorch, channels last. Eager: autograd.grad with create_graph, then backward through it."""

    def __init__(self):
        import torch

        self.torch, self.F = torch, torch.nn.functional

    def load(self, convs, tensors, projections, jvp):
        torch = self.torch
        images = lambda array: torch.from_numpy(np.array(array)).permute(0, 3, 1, 2)
        self.convs = convs
        self.x = images(tensors["pixels"]).float().div(255).contiguous(memory_format=torch.channels_last)
        self.log_probs = torch.from_numpy(np.array(tensors["log_probs"]))
        self.vs = [torch.from_numpy(np.array(tensors[f"v{i}"])) for i in range(projections)]
        self.pull_backs = [images(tensors[f"pull_back{i}"]) for i in range(projections)]
        self.norms = [torch.from_numpy(np.array(tensors[f"squared_norms{i}"])) for i in range(projections)]
        self.u = images(tensors["u"]).contiguous(memory_format=torch.channels_last) if jvp else None
        self.pushed = torch.from_numpy(np.array(tensors["pushed"])) if jvp else None
        self.weights = {name[8:]: self.parameter(tensors[name]) for name in tensors if name.startswith("student.")}
        self.optimizer = torch.optim.Adam(
            self.weights.values(), lr=LEARNING_RATE, betas=(BETA1, BETA2), eps=EPSILON, fused=True
        )
        self.mean, self.steps = torch.zeros(()), 0

    def parameter(self, array):
        tensor = self.torch.from_numpy(np.array(array))
        if tensor.ndim == 4:
            tensor = tensor.contiguous(memory_format=self.torch.channels_last)
        return tensor.requires_grad_(True)

    def log_policy(self, weights, x):
        F = self.F
        for number, (_, _, stride) in enumerate(self.convs, 1):
            x = F.relu(F.conv2d(x, weights[f"conv{number}.weight"], weights[f"conv{number}.bias"], stride))
        x = F.relu(F.linear(x.flatten(1), weights["dense.weight"], weights["dense.bias"]))
        logits = F.linear(x, weights["logits.weight"], weights["logits.bias"])
        # The forward derivatives of log_softmax and logsumexp write over what its backward needs (PyTorch 2.15).
        return F.log_softmax(logits, 1) if self.u is None else logits - logits.exp().sum(1, keepdim=True).log()

    def value(self, log_probs):
        return self.F.kl_div(log_probs, self.log_probs, reduction="batchmean", log_target=True)

    def squared(self, g):
        return g.square().sum() / g.shape[0]

    def weight(self, teacher):
        mean = DECAY * self.mean + (1 - DECAY) * teacher
        return (1 - DECAY ** (self.steps + 1)) / mean, mean

    def derivative(self, pull_backs):
        k = len(self.vs)
        weight, mean = self.weight(sum(norms.mean() for norms in self.norms) / k)
        term = sum(self.squared(s - t) for s, t in zip(pull_backs, self.pull_backs))
        return weight / k * term, mean

    def directional(self, tangent):
        weight, mean = self.weight(self.squared(self.pushed))
        return weight * self.squared(tangent - self.pushed), mean

    def dual(self):
        """log pi and its derivative along u, by forward-mode differentiation that an ordinary backward goes through."""
        forward_ad = self.torch.autograd.forward_ad
        with forward_ad.dual_level():
            return forward_ad.unpack_dual(self.log_policy(self.weights, forward_ad.make_dual(self.x, self.u)))

    def backward(self):
        """Leaves the loss's gradients in the weights."""
        torch = self.torch
        if self.u is not None:
            log_probs, tangent = self.dual()
            derivative, mean = self.directional(tangent)
            loss = self.value(log_probs) + derivative
        elif not self.vs:
            loss, mean = self.value(self.log_policy(self.weights, self.x)), self.mean
        else:
            x = self.x.detach().requires_grad_(True)
            log_probs = self.log_policy(self.weights, x)
            derivative, mean = self.derivative(
                [torch.autograd.grad((log_probs * v).sum(), x, create_graph=True)[0] for v in self.vs]
            )
            loss = self.value(log_probs) + derivative
        loss.backward(inputs=list(self.weights.values()))
        return loss, mean

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss, self.mean = self.backward()
        self.optimizer.step()
        self.steps += 1
        return loss.item()

    def gradients(self):
        self.optimizer.zero_grad(set_to_none=True)
        self.backward()
        found = {name: weight.grad.numpy().copy() for name, weight in self.weights.items()}
        self.optimizer.zero_grad(set_to_none=True)
        return found

    def gemm(self):
        """GFLOP/s of a product of two 1024 x 1024 matrices."""
        torch, n = self.torch, 1024
        a, b, times = torch.rand(n, n), torch.rand(n, n), []
        for _ in range(60):
            start = time.perf_counter()
            torch.mm(a, b)
            times.append(time.perf_counter() - start)
        return 2 * n**3 / statistics.median(times[10:]) / 1e9


class TorchFunc(Torch):
    """The same with torch.func: grad of a function that calls vjp."""

    def loss(self, weights):
        if self.u is not None:
            log_probs, tangent = self.torch.func.jvp(lambda x: self.log_policy(weights, x), (self.x,), (self.u,))
            derivative, mean = self.directional(tangent)
            return self.value(log_probs) + derivative, mean
        if not self.vs:
            return self.value(self.log_policy(weights, self.x)), self.mean
        log_probs, pull = self.torch.func.vjp(lambda x: self.log_policy(weights, x), self.x)
        derivative, mean = self.derivative([pull(v)[0] for v in self.vs])
        return self.value(log_probs) + derivative, mean

    def backward(self):
        gradients, (loss, mean) = self.torch.func.grad(
            lambda weights: (lambda pair: (pair[0], (pair[0], pair[1])))(self.loss(weights)), has_aux=True
        )({name: weight.detach() for name, weight in self.weights.items()})
        for name, weight in self.weights.items():
            weight.grad = gradients[name]
        return loss, mean


class Jax:
    """JAX, one jitted function a step; images and convolutions in NHWC, its fastest on a CPU."""

    def __init__(self):
        import os

        os.environ["JAX_PLATFORMS"] = "cpu"
        import jax

        self.jax, self.np = jax, jax.numpy

    def load(self, convs, tensors, projections, jvp):
        jnp = self.np
        self.convs, self.k, self.directional = convs, projections, jvp
        self.flat = None
        self.data = {
            "x": jnp.asarray(tensors["pixels"].astype("float32") / 255),
            "log_probs": jnp.asarray(tensors["log_probs"]),
            "vs": [jnp.asarray(tensors[f"v{i}"]) for i in range(projections)],
            "pull_backs": [jnp.asarray(tensors[f"pull_back{i}"]) for i in range(projections)],
            "norms": [jnp.asarray(tensors[f"squared_norms{i}"]) for i in range(projections)],
        }
        if jvp:
            self.data |= {name: jnp.asarray(tensors[name]) for name in ("u", "pushed")}
        weights = {name[8:]: tensors[name] for name in tensors if name.startswith("student.")}
        height, width = tensors["pixels"].shape[1:3]
        for filters, kernel, stride in convs:
            height, width = (height - kernel) // stride + 1, (width - kernel) // stride + 1
        self.flat = (convs[-1][0], height, width)
        weights = {name: jnp.asarray(self.to_jax(name, array)) for name, array in weights.items()}
        zeros = {name: jnp.zeros_like(weight) for name, weight in weights.items()}
        self.state = (weights, zeros, {name: jnp.zeros_like(weight) for name, weight in weights.items()}, jnp.zeros(()), 0)
        self.compiled = self.jax.jit(self.update, donate_argnums=0)

    def to_jax(self, name, array):
        if array.ndim == 4:
            return array.transpose(2, 3, 1, 0)
        if name == "dense.weight":
            return array.reshape(-1, *self.flat).transpose(2, 3, 1, 0).reshape(-1, array.shape[0])
        return array.T

    def from_jax(self, name, array):
        if array.ndim == 4:
            return array.transpose(3, 2, 0, 1)
        if name == "dense.weight":
            channels, height, width = self.flat
            image = array.reshape(height, width, channels, -1).transpose(3, 2, 0, 1)
            return image.reshape(array.shape[1], -1)
        return array.T

    def log_policy(self, weights, x):
        jax = self.jax
        for number, (_, _, stride) in enumerate(self.convs, 1):
            filters = weights[f"conv{number}.weight"]
            x = jax.lax.conv_general_dilated(
                x, filters, (stride, stride), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
            )
            x = jax.nn.relu(x + weights[f"conv{number}.bias"])
        x = jax.nn.relu(x.reshape(x.shape[0], -1) @ weights["dense.weight"] + weights["dense.bias"])
        return jax.nn.log_softmax(x @ weights["logits.weight"] + weights["logits.bias"])

    def loss(self, weights, mean, steps, data):
        jnp = self.np
        squared = lambda g: jnp.sum(g * g) / g.shape[0]
        policy = lambda x: self.log_policy(weights, x)

        def weigh(teacher):
            new = DECAY * mean + (1 - DECAY) * teacher
            return (1 - DECAY ** (steps + 1)) / new, new

        if self.directional:
            log_probs, tangent = self.jax.jvp(policy, (data["x"],), (data["u"],))
            weight, mean = weigh(squared(data["pushed"]))
            derivative = weight * squared(tangent - data["pushed"])
        elif self.k:
            log_probs, pull = self.jax.vjp(policy, data["x"])
            weight, mean = weigh(sum(jnp.mean(norms) for norms in data["norms"]) / self.k)
            pairs = zip((pull(v)[0] for v in data["vs"]), data["pull_backs"])
            derivative = weight / self.k * sum(squared(s - t) for s, t in pairs)
        else:
            log_probs, derivative = policy(data["x"]), 0
        value = jnp.sum(jnp.exp(data["log_probs"]) * (data["log_probs"] - log_probs)) / log_probs.shape[0]
        return value + derivative, mean

    def update(self, state, data):
        jnp = self.np
        weights, first, second, mean, steps = state
        grad = self.jax.value_and_grad(self.loss, has_aux=True)
        (loss, mean), gradients = grad(weights, mean, steps, data)
        steps = steps + 1
        tree = self.jax.tree.map
        first = tree(lambda m, g: BETA1 * m + (1 - BETA1) * g, first, gradients)
        second = tree(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, second, gradients)
        rate, correction = LEARNING_RATE / (1 - BETA1**steps), jnp.sqrt(1 - BETA2**steps)
        advance = lambda w, m, v: w - rate * m / (jnp.sqrt(v) / correction + EPSILON)
        return (tree(advance, weights, first, second), first, second, mean, steps), loss

    def step(self):
        self.state, loss = self.compiled(self.state, self.data)
        self.jax.block_until_ready(self.state)
        return float(loss)

    def gradients(self):
        weights, _, _, mean, steps = self.state
        found, _ = self.jax.jit(self.jax.grad(self.loss, has_aux=True))(weights, mean, steps, self.data)
        return {name: self.from_jax(name, np.asarray(gradient)) for name, gradient in found.items()}


def peak_mb():
    with open("/proc/self/status") as status:
        (line,) = (line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def forget_peak():
    """From now on the peak is that of the steps, not of loading."""
    gc.collect()
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def timed_step(contender):
    start = time.perf_counter()
    loss = contender.step()
    return {"ms": (time.perf_counter() - start) * 1e3, "loss": loss}


def answer(contender, request):
    match request["op"]:
        case "load":
            contender.load(request["convs"], read_safetensors(request["path"]), request["projections"], request["jvp"])
            forget_peak()
            return {}
        case "gradients":
            write_safetensors(request["path"], contender.gradients())
            return {}
        case "step":
            return timed_step(contender)
        case "peak":
            return {"peak_mb": peak_mb()}
        case "gemm":
            return {"gflops": contender.gemm()}


if __name__ == "__main__":
    contender = {"pytorch": Torch, "torch.func": TorchFunc, "jax": Jax}[sys.argv[1]]()
    for line in sys.stdin:
        print(json.dumps(answer(contender, json.loads(line))), flush=True)
