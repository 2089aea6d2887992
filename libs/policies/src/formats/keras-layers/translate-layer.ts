import { FormatError } from '../imported.ts';
import { type TracedOutput } from '../trace/choose-output.ts';
import { activate, flatten, globalAverage, permuteAxes, pool } from '../trace/layers.ts';
import { scaled } from '../trace/linear.ts';
import { addSignals } from '../trace/residual.ts';
import { type Signal } from '../trace/signal.ts';
import { activateByName, softmaxOf } from './activations.ts';
import { OPTIONS, optionsOf, requireFormat } from './layer-options.ts';
import { type LayerConfig } from './model-config.ts';
import { batchNormalization, conv2d, dense, layerNormalization } from './weighted-layers.ts';
import { type WeightSource } from './weight-source.ts';

/** A layer with what it takes. */
export interface LayerCall {
  layer: LayerConfig;
  signals: Signal[];
  numbers: number[];
  weights: WeightSource;
}

type Translate = (signal: Signal, call: LayerCall) => TracedOutput | Signal;

const same: Translate = (signal) => signal;

/** Keras' layers, as TensorFlow.js has them too; noise and dropout do nothing in use. */
const LAYERS: Record<string, Translate> = {
  Conv2D: (signal, { layer, weights }) => conv2d(signal, layer, weights),
  Dense: (signal, { layer, weights }) => dense(signal, layer, weights),
  LayerNormalization: (signal, { layer, weights }) => layerNormalization(signal, layer, weights),
  BatchNormalization: (signal, { layer, weights }) => batchNormalization(signal, layer, weights),
  MaxPooling2D: poolLayer('max-pool'),
  AveragePooling2D: poolLayer('average-pool'),
  GlobalAveragePooling2D: (signal, { layer }) => {
    const { data_format: dataFormat, keepdims } = optionsOf(OPTIONS.globalPool, layer);
    const pooled = globalAverage(requireFormat(signal, dataFormat, layer.name), layer.name);
    return keepdims ? pooled : flatten(pooled, layer.name);
  },
  Flatten: (signal, { layer }) => {
    const channelsFirst = optionsOf(OPTIONS.flatten, layer).data_format === 'channels_first';
    // Keras flattens either in (row, column, channel) order.
    const turned = channelsFirst && signal.axes ? permuteAxes(signal, [1, 2, 0], layer.name) : signal;
    return flatten(turned, layer.name);
  },
  Activation: (signal, { layer }) =>
    activateByName(signal, optionsOf(OPTIONS.activation, layer).activation, layer.name),
  ReLU: (signal, { layer }) => {
    const slope = optionsOf(OPTIONS.relu, layer).negative_slope ?? 0;
    return activate(signal, slope === 0 ? { kind: 'relu' } : { kind: 'leaky-relu', slope }, { where: layer.name });
  },
  LeakyReLU: (signal, { layer }) => {
    const { alpha, negative_slope: slope = alpha ?? 0.3 } = optionsOf(OPTIONS.leakyRelu, layer);
    return activate(signal, { kind: 'leaky-relu', slope: single(slope) }, { where: layer.name });
  },
  ELU: (signal, { layer }) =>
    activate(signal, { kind: 'elu', alpha: single(optionsOf(OPTIONS.elu, layer).alpha) }, { where: layer.name }),
  Softmax: (signal, { layer }) => {
    optionsOf(OPTIONS.softmax, layer);
    return softmaxOf(signal, layer.name);
  },
  Rescaling: (signal, { layer }) => {
    const { scale, offset } = optionsOf(OPTIONS.rescaling, layer);
    return scaled(signal, { scale, shift: offset });
  },
  Permute: (signal, { layer }) =>
    permuteAxes(
      signal,
      optionsOf(OPTIONS.permute, layer).dims.map((dim) => dim - 1),
      layer.name,
    ),
  Reshape: (signal, { layer }) => {
    const shape = optionsOf(OPTIONS.reshape, layer).target_shape;
    const size = signal.link.shape.reduce((product, length) => product * length, 1);
    if (shape.length === 1 && [-1, size].includes(shape[0]!)) return flatten(signal, layer.name);
    throw new FormatError(layer.name, `Reshape to [${shape.join(', ')}]: an image can only be flattened`);
  },
  Add: (signal, { layer, signals, numbers }) => {
    if (signals.length === 1 && numbers.length === 1) return scaled(signal, { scale: 1, shift: numbers[0]! });
    if (signals.length !== 2)
      throw new FormatError(layer.name, `adds ${signals.length} values: residual blocks add two`);
    return addSignals(signals[0]!, signals[1]!, layer.name);
  },
  // Keras 3 keeps arithmetic with numbers as layers: x / 255.0.
  TrueDivide: arithmetic((number) => ({ scale: 1 / number, shift: 0 })),
  Divide: arithmetic((number) => ({ scale: 1 / number, shift: 0 })),
  Multiply: arithmetic((number) => ({ scale: number, shift: 0 })),
  Subtract: arithmetic((number) => ({ scale: 1, shift: -number })),
  Cast: same,
  Identity: same,
  Dropout: same,
  SpatialDropout2D: same,
  GaussianNoise: same,
  GaussianDropout: same,
  AlphaDropout: same,
  ActivityRegularization: same,
};

/** What a layer gives. @throws FormatError naming the layer and what cannot be read of it */
export function translateLayer(call: LayerCall): TracedOutput {
  const { layer, signals } = call;
  const translate = Object.hasOwn(LAYERS, layer.className) ? LAYERS[layer.className] : undefined;
  if (!translate) throw new FormatError(layer.name, refusal(layer.className));
  const [signal] = signals;
  if (!signal || (signals.length > 1 && layer.className !== 'Add'))
    throw new FormatError(layer.name, `${layer.className} takes ${signals.length} values`);
  const translated = translate(signal, call);
  return 'softmax' in translated ? translated : { signal: translated, softmax: false };
}

function refusal(className: string): string {
  if (/Lambda/.test(className)) return `${className}: holds code, which is not run`;
  if (/^(Sequential|Functional|Model)$/.test(className)) return 'is a model within the model: export it flat';
  return `layer ${className.slice(0, 100)} is not read`;
}

/** Single precision wrote 0.30000001192. */
const single = (value: number) => Number(value.toPrecision(7));

function poolLayer(kind: 'max-pool' | 'average-pool'): Translate {
  return (signal, { layer }) => {
    const options = optionsOf(OPTIONS.pool, layer);
    const { pool_size: size, strides, padding } = options;
    const pads = padding === 'same' ? 'same' : NO_PADS;
    const image = requireFormat(signal, options.data_format, layer.name);
    return pool(image, {
      where: layer.name,
      kind,
      size,
      strides: strides ?? size,
      pads,
      countsPadding: false,
      ceil: false,
    });
  };
}

const NO_PADS = { top: 0, left: 0, bottom: 0, right: 0 };

function arithmetic(gainOf: (number: number) => { scale: number; shift: number }): Translate {
  return (signal, { layer, signals, numbers }) => {
    const gain = gainOf(numbers[0] ?? NaN);
    // Of two numbers, or with the number first, it would be something else.
    const usable = signals.length === 1 && numbers.length === 1 && typeof layer.inputs[0] === 'string';
    if (!usable || !Number.isFinite(gain.scale) || !Number.isFinite(gain.shift))
      throw new FormatError(layer.name, `${layer.className}: only of one value and a number`);
    return scaled(signal, gain);
  };
}
