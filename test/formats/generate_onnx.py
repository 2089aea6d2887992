"""Small policies as ONNX files by the exporters that people use, with ONNX Runtime's logits.

    python test/formats/generate_onnx.py [folder]    # in a venv with test/peers-requirements.txt and graph-requirements.txt

writes test/reference/formats/onnx/*.onnx and onnx.safetensors beside them: `observations` [3, 36, 36, 4] bytes, and of
each file its logits [3, 6] on them, under the file's name (of `residual` and `channels-last` the log-probabilities). A network takes bytes (as floats from 0 to 255) where it divides
by 255 itself, else pixels in [0, 1].
"""

import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from reference import observe, write_safetensors
from torch import nn

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "reference" / "formats"
TARGET = FOLDER / "onnx"
TARGET.mkdir(parents=True, exist_ok=True)
ACTIONS = 6


class Divide(nn.Module):
    def forward(self, x):
        return x / 255.0


class Residual(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.layers(x)


class ActorCritic(nn.Module):
    """Bytes in, channels last; logits, value."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(4, 8, 8, 4), nn.ReLU(), nn.Conv2d(8, 12, 3, 2), nn.ReLU())
        self.body = nn.Sequential(nn.Linear(108, 24), nn.ReLU())
        self.policy, self.value = nn.Linear(24, ACTIONS), nn.Linear(24, 1)

    def forward(self, x):
        x = self.features(x.permute(0, 3, 1, 2).float() / 255.0)
        hidden = self.body(x.reshape(x.shape[0], -1))
        return self.policy(hidden), self.value(hidden)


def nature():
    convs = [nn.Conv2d(4, 8, 8, 4), nn.ReLU(), nn.Conv2d(8, 12, 4, 2), nn.ReLU(), nn.Conv2d(12, 12, 2, 1), nn.ReLU()]
    return nn.Sequential(*convs, nn.Flatten(), nn.Linear(48, 32), nn.ReLU(), nn.Linear(32, ACTIONS))


def scaled():
    return nn.Sequential(Divide(), *nature())


def padded():
    """Padding, batch norm, pools and the activations that are operators of their own."""
    return nn.Sequential(
        nn.Conv2d(4, 8, 5, 3, padding=2, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 8, 3, padding="same"), nn.BatchNorm2d(8), nn.ELU(0.7), nn.AvgPool2d(3, 2, padding=1),
        nn.Conv2d(8, 8, 2), nn.LeakyReLU(0.2), nn.Flatten(), nn.Linear(32, 20), nn.Softplus(), nn.Linear(20, ACTIONS),
    )  # fmt: skip


def residual():
    """Two blocks after the manner of IMPALA, then activations and norms that exporters take apart."""
    block = lambda: Residual(nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1))
    return nn.Sequential(
        nn.Conv2d(4, 8, 3, padding=1), nn.MaxPool2d(3, 2, padding=1), block(), nn.MaxPool2d(3, 3), block(),
        nn.GELU(), nn.Conv2d(8, 4, 2, 2), nn.LayerNorm([4, 3, 3]), nn.SiLU(), nn.Flatten(), nn.Linear(36, 24),
        nn.LayerNorm(24), nn.Tanh(), Residual(nn.Linear(24, 24), nn.ReLU()), nn.Linear(24, ACTIONS), nn.LogSoftmax(-1),
    )  # fmt: skip


def randomize(network, seed):
    """Biases and statistics that are not the defaults, so that none can be mistaken for another."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            if not tensor.is_floating_point():
                continue
            noise = torch.randn(tensor.shape, generator=generator)
            fan = max(1, tensor[0].numel()) if tensor.dim() > 1 and "norm" not in name.lower() else 0
            if name.endswith("running_var"):
                tensor.copy_(0.5 + noise.abs())
            elif tensor.dim() in (2, 4):
                tensor.copy_(noise * (2 / fan) ** 0.5)
            elif name.endswith("weight"):
                tensor.copy_(1 + 0.3 * noise)
            else:
                tensor.copy_(0.3 * noise)
    return network.eval()


NETWORKS = {"nature": nature, "scaled": scaled, "padded": padded, "residual": residual, "actor-critic": ActorCritic}
TORCHSCRIPT = [("nature", 11), ("nature", 20), ("scaled", 13), ("padded", 11), ("padded", 17), ("residual", 11),
               ("residual", 17), ("residual", 20), ("actor-critic", 13)]  # fmt: skip
DYNAMO = [("nature", 18), ("scaled", 20), ("padded", 18), ("residual", 20), ("actor-critic", 18)]


def export(name, opset, dynamo):
    network = randomize(NETWORKS[name](), seed=len(name))
    last = name == "actor-critic"
    example = torch.zeros(2, 36, 36, 4, dtype=torch.uint8) if last else torch.zeros(2, 4, 36, 36)
    names = dict(input_names=["observation"], output_names=["policy", "value"] if last else ["logits"])
    shapes = {"dynamic_shapes": ({0: torch.export.Dim("batch")},)} if dynamo else {"dynamic_axes": {"observation": {0: "n"}}}
    path = TARGET / f"{name}-{'dynamo' if dynamo else 'torchscript'}-{opset}.onnx"
    extra = dict(external_data=False, verbose=False) if dynamo else {}
    torch.onnx.export(network, (example,), str(path), opset_version=opset, dynamo=dynamo, **names, **shapes, **extra)
    return path


def channels_last(half):
    """As tf2onnx and Keras' exporters write it: pixels channels last, the kernels turned by the graph itself."""
    rng = np.random.default_rng(11)
    normal = lambda *shape: (rng.normal(size=shape) * (2 / np.prod(shape[:-1])) ** 0.5)
    tensors = {
        "scale": np.array(255.0), "kernel1": normal(5, 5, 4, 8), "bias1": 0.2 * normal(8), "kernel2": normal(3, 3, 8, 8),
        "gamma": 1 + normal(8), "beta": normal(8), "mean": normal(8), "variance": 0.5 + normal(8) ** 2,
        "dense": normal(200, 24), "dense_bias": 0.1 * normal(24), "head": normal(24, ACTIONS), "head_bias": normal(ACTIONS),
    }  # fmt: skip
    kind, stored = (np.float16, "half_") if half else (np.float32, "")
    initializers = [numpy_helper.from_array(value.astype(kind), stored + name) for name, value in tensors.items()]
    initializers.append(numpy_helper.from_array(np.array([-1, 200], np.int64), "flat"))
    node = helper.make_node
    widened = [node("Cast", [stored + name], [name], to=TensorProto.FLOAT) for name in tensors if half]
    nodes = widened + [
        node("Cast", ["x"], ["cast"], to=TensorProto.FLOAT),
        node("Div", ["cast", "scale"], ["scaled"]),
        node("Transpose", ["scaled"], ["chw"], perm=[0, 3, 1, 2]),
        node("Transpose", ["kernel1"], ["oihw1"], perm=[3, 2, 0, 1]),
        node("Conv", ["chw", "oihw1"], ["conv1"], auto_pad="SAME_UPPER", strides=[4, 4], kernel_shape=[5, 5]),
        node("Transpose", ["conv1"], ["hwc1"], perm=[0, 2, 3, 1]),
        node("Add", ["hwc1", "bias1"], ["biased1"]),
        node("Relu", ["biased1"], ["relu1"]),
        node("Transpose", ["relu1"], ["chw2"], perm=[0, 3, 1, 2]),
        node("Transpose", ["kernel2"], ["oihw2"], perm=[3, 2, 0, 1]),
        node("Conv", ["chw2", "oihw2"], ["conv2"], pads=[1, 1, 1, 1], strides=[2, 2]),
        node("BatchNormalization", ["conv2", "gamma", "beta", "mean", "variance"], ["norm"], epsilon=1e-3),
        node("Transpose", ["norm"], ["hwc2"], perm=[0, 2, 3, 1]),
        node("Sigmoid", ["hwc2"], ["sigmoid"]),
        node("Mul", ["sigmoid", "hwc2"], ["silu"]),
        node("Reshape", ["silu", "flat"], ["flattened"]),
        node("MatMul", ["flattened", "dense"], ["product"]),
        node("Add", ["dense_bias", "product"], ["hidden"]),
        node("Relu", ["hidden"], ["relu2"]),
        node("Gemm", ["relu2", "head", "head_bias"], ["q"], alpha=0.5, beta=2.0),
        node("Softmax", ["q"], ["probabilities"], axis=-1),
        node("ReduceMax", ["q"], ["best"], axes=[1]),
    ]
    output = lambda name, width: helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width])
    takes = helper.make_tensor_value_info("x", TensorProto.UINT8, ["n", 36, 36, 4])
    graph = helper.make_graph(nodes, "keras", [takes], [output("best", 1), output("probabilities", ACTIONS)], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    path = TARGET / f"channels-last-{'f16' if half else 'f32'}-15.onnx"
    onnx.save(model, path)
    return path


def handmade():
    """What no layer of ours is by itself: kernels that are not square, uneven padding, other ε, factors here and there."""
    rng = np.random.default_rng(13)
    normal = lambda *shape: (rng.normal(size=shape) * (2 / np.prod(shape[1:])) ** 0.5).astype(np.float32)
    tensors = {
        "two": np.float32(2), "one": np.float32(1), "tenth": np.float32(0.1), "half": np.float32(0.5), "epsilon": np.float32(1e-2),
        "kernel1": normal(8, 4, 5, 4), "bias1": normal(8, 1), "kernel2": normal(8, 8, 3, 3), "kernel3": normal(8, 8, 3, 3),
        "bias3": normal(8, 1), "gamma": 1 + normal(8, 5, 5), "beta": normal(8, 5, 5), "dense": normal(200, 24),
        "head": normal(ACTIONS, 24), "head_bias": normal(ACTIONS, 1)[:, 0], "flat": np.array([0, -1], np.int64),
    }  # fmt: skip
    tensors["bias1"], tensors["bias3"] = tensors["bias1"][:, 0], tensors["bias3"][:, 0]
    initializers = [numpy_helper.from_array(np.asarray(value), name) for name, value in tensors.items()]
    node = helper.make_node
    nodes = [
        node("Mul", ["x", "two"], ["doubled"]),
        node("Sub", ["doubled", "one"], ["centred"]),
        node("Conv", ["centred", "kernel1", "bias1"], ["conv1"], strides=[3, 3]),
        node("Mul", ["conv1", "tenth"], ["small"]),
        node("Max", ["small", "conv1"], ["leaky"]),
        node("Conv", ["leaky", "kernel2"], ["conv2"], strides=[2, 2], pads=[1, 0, 0, 1]),
        node("Relu", ["conv2"], ["relu2"]),
        node("ReduceMean", ["relu2"], ["mean"], axes=[1, 2, 3]),
        node("Sub", ["relu2", "mean"], ["difference"]),
        node("Mul", ["difference", "difference"], ["square"]),
        node("ReduceMean", ["square"], ["variance"], axes=[1, 2, 3]),
        node("Add", ["variance", "epsilon"], ["stabilised"]),
        node("Sqrt", ["stabilised"], ["sigma"]),
        node("Reciprocal", ["sigma"], ["inverse"]),
        node("Mul", ["difference", "inverse"], ["normalised"]),
        node("Mul", ["normalised", "gamma"], ["weighted"]),
        node("Add", ["weighted", "beta"], ["norm"]),
        node("Tanh", ["norm"], ["tanh"]),
        node("Conv", ["tanh", "kernel3", "bias3"], ["conv3"], pads=[1, 1, 1, 1]),
        node("Mul", ["conv3", "half"], ["halved"]),
        node("Add", ["halved", "tanh"], ["sum"]),
        node("Exp", ["sum"], ["exponent"]),
        node("Add", ["exponent", "one"], ["more"]),
        node("Log", ["more"], ["softplus"]),
        node("Reshape", ["softplus", "flat"], ["flattened"]),
        node("MatMul", ["flattened", "dense"], ["hidden"]),
        node("Neg", ["hidden"], ["negative"]),
        node("Relu", ["hidden"], ["above"]),
        node("Relu", ["negative"], ["below"]),
        node("Mul", ["below", "tenth"], ["slope"]),
        node("Sub", ["above", "slope"], ["leaky2"]),
        node("Gemm", ["leaky2", "head", "head_bias"], ["q"], transB=1),
        node("Div", ["q", "half"], ["logits"]),
    ]
    info = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, "handmade", [info("x", ["n", 4, 36, 36])], [info("logits", ["n", ACTIONS])], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 12)], ir_version=7)
    onnx.checker.check_model(model, full_check=True)
    path = TARGET / "handmade-12.onnx"
    onnx.save(model, path)
    return path


def run(path, observations):
    session = onnxruntime.InferenceSession(str(path))
    takes = session.get_inputs()[0]
    x = observations if takes.shape[-1] == 4 else observations.transpose(0, 3, 1, 2)
    if "uint8" not in takes.type:
        x = x.astype(np.float32) if "scaled" in path.name else (x / 255).astype(np.float32)
    outputs = session.run(None, {takes.name: x})
    logits = next(output for output in outputs if output.shape[1] == ACTIONS)
    return np.log(logits) if "channels-last" in path.name else logits


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    TARGET.mkdir(parents=True, exist_ok=True)
    paths = [export(name, opset, False) for name, opset in TORCHSCRIPT]
    paths += [export(name, opset, True) for name, opset in DYNAMO] + [channels_last(False), channels_last(True), handmade()]
    observations = observe()
    logits = {path.stem: run(path, observations) for path in paths}
    write_safetensors(TARGET / "onnx.safetensors", {"observations": observations} | logits)
    for path in paths:
        operators = sorted({node.op_type for node in onnx.load(path).graph.node})
        print(path.name, path.stat().st_size, *operators, file=sys.stdout)
