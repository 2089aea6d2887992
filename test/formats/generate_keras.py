"""Small policies as Keras saves them, with Keras' own logits.

    python test/formats/generate_keras.py [folder]    # in a venv with test/peers-requirements.txt and graph-requirements.txt

writes test/reference/formats/keras/*.keras, *.h5 and *.weights.h5, and keras.safetensors beside them: `observations`
[3, 36, 36, 4] bytes, and of each file its logits [3, 6] on them, under the name of its network. `rescaled` takes bytes,
the others pixels in [0, 1].
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from keras import layers
from reference import observe, write_safetensors

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "reference" / "formats"
TARGET = FOLDER / "keras"
TARGET.mkdir(parents=True, exist_ok=True)
ACTIONS = 6


def nature():
    return keras.Sequential([
        keras.Input((36, 36, 4)), layers.Conv2D(8, 8, 4, activation="relu"), layers.Conv2D(12, 4, 2, activation="relu"),
        layers.Conv2D(12, 2, activation="relu"), layers.Flatten(), layers.Dense(32, activation="relu"), layers.Dense(ACTIONS),
    ])  # fmt: skip


def rescaled():
    """Bytes in, uneven SAME padding, batch norm, a softmax at the end."""
    return keras.Sequential([
        keras.Input((36, 36, 4)), layers.Rescaling(1 / 255), layers.Conv2D(8, 5, 4, padding="same", use_bias=False),
        layers.BatchNormalization(), layers.Activation("silu"), layers.Conv2D(8, 3, 2, padding="same"), layers.LeakyReLU(0.2),
        layers.Dropout(0.5), layers.Flatten(), layers.Dense(24), layers.LayerNormalization(), layers.ELU(0.7),
        layers.Dense(ACTIONS, activation="softmax"),
    ])  # fmt: skip


def functional():
    """A residual block, pools, a norm over the whole image, another of the flattened one, and a value head."""
    x = image = keras.Input((36, 36, 4), name="observation")
    x = layers.Conv2D(8, 3, padding="same")(x)
    x = layers.MaxPooling2D(3, 3)(x)
    y = layers.ReLU()(x)
    y = layers.Conv2D(8, 3, padding="same", activation="gelu")(y)
    y = layers.Conv2D(8, 3, padding="same")(y)
    x = layers.Add()([x, y])
    x = layers.AveragePooling2D(2)(x)
    x = layers.LayerNormalization(axis=[1, 2, 3], epsilon=1e-5)(x)
    x = layers.Activation("tanh")(x)
    x = layers.Conv2D(4, 2, 2)(x)
    x = layers.Flatten()(x)
    x = layers.LayerNormalization()(x)
    x = layers.Dense(16, activation="softplus")(x)
    x = layers.add([x, layers.Dense(16)(x)])
    return keras.Model(image, [layers.Dense(1, name="value")(x), layers.Dense(ACTIONS, name="policy")(x)])


def randomize(model, seed):
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        shape = weight.shape
        noise = rng.normal(size=shape)
        if "variance" in weight.name:
            weight.assign(0.5 + np.abs(noise))
        elif "gamma" in weight.name:
            weight.assign(1 + 0.3 * noise)
        elif "kernel" in weight.name:
            weight.assign(noise * (2 / np.prod(shape[:-1])) ** 0.5)
        elif "seed" not in weight.path:
            weight.assign(0.3 * noise)
    return model


def logits(model, x):
    outputs = model(x)
    wide = next(output for output in (outputs if isinstance(outputs, (list, tuple)) else [outputs]) if output.shape[1] == ACTIONS)
    return np.asarray(keras.ops.convert_to_numpy(wide), np.float32)


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    observations = observe()
    reference = {"observations": observations}
    for seed, make in enumerate([nature, rescaled, functional]):
        model, name = randomize(make(), seed), make.__name__
        outputs = logits(model, observations.astype(np.float32) / (1 if name == "rescaled" else 255))
        reference[name] = np.log(outputs) if name == "rescaled" else outputs
        model.save(TARGET / f"{name}.keras")
        model.save(TARGET / f"{name}.h5")
        if name == "nature":
            model.save_weights(TARGET / f"{name}.weights.h5")
    write_safetensors(TARGET / "keras.safetensors", reference)
    for path in sorted(TARGET.iterdir()):
        print(path.name, path.stat().st_size)
