import { FormatError } from '../imported.ts';
import { type TracedOutput } from '../trace/choose-output.ts';
import { lengthsOf } from '../trace/axes.ts';
import { layerNorm } from '../trace/layers.ts';
import { convolve, dense as denseOf, scaledEach } from '../trace/linear.ts';
import { type Signal } from '../trace/signal.ts';
import { activateByName } from './activations.ts';
import { OPTIONS, optionsOf, requireFormat } from './layer-options.ts';
import { type LayerConfig } from './model-config.ts';
import { requireTensor, type WeightSource } from './weight-source.ts';

export function conv2d(signal: Signal, layer: LayerConfig, weights: WeightSource): TracedOutput {
  const options = optionsOf(OPTIONS.conv, layer);
  const { filters, kernel_size: size, strides, padding, dilation_rate: dilation } = options;
  const { name } = layer;
  if (dilation.some((rate) => rate !== 1)) throw new FormatError(name, `dilation ${dilation.join(', ')}`);
  const image = requireFormat(signal, options.data_format, name);
  const channels = image.link.shape[2]!;
  const tensors = tensorsOf(layer, weights, {
    kernel: [...size, channels, filters],
    ...(options.use_bias && { bias: [filters] }),
  });
  const kernel = tensors['kernel']!;
  const convolved = convolve(image, {
    where: name,
    filters,
    channels,
    size,
    strides,
    pads: padding === 'same' ? 'same' : { top: 0, left: 0, bottom: 0, right: 0 },
    weight: () => turned(kernel.read(), kernel.shape),
    bias: tensors['bias']?.read(),
  });
  return activateByName(convolved, options.activation, name);
}

export function dense(signal: Signal, layer: LayerConfig, weights: WeightSource): TracedOutput {
  const { units, activation, use_bias: hasBias } = optionsOf(OPTIONS.dense, layer);
  const { name } = layer;
  if (signal.axes) throw new FormatError(name, 'a dense layer is applied to an image that was not flattened');
  const inputs = signal.link.shape[0]!;
  const tensors = tensorsOf(layer, weights, { kernel: [inputs, units], ...(hasBias && { bias: [units] }) });
  const kernel = tensors['kernel']!;
  const weight = () => turned(kernel.read(), kernel.shape);
  return activateByName(
    denseOf(signal, { where: name, units, inputs, weight, bias: tensors['bias']?.read() }),
    activation,
    name,
  );
}

export function layerNormalization(signal: Signal, layer: LayerConfig, weights: WeightSource): Signal {
  const { axis, epsilon, center, scale } = optionsOf(OPTIONS.layerNorm, layer);
  const shape = signal.axes ? lengthsOf({ axes: signal.axes, shape: signal.link.shape }) : signal.link.shape;
  const axes = new Set([axis].flat().map((place) => (place < 0 ? place + shape.length : place - 1)));
  if (axes.size !== shape.length || !shape.every((_, place) => axes.has(place)))
    throw new FormatError(layer.name, `normalises over axis ${String(axis)}: over the whole example is read`);
  const tensors = tensorsOf(layer, weights, { ...(scale && { gamma: shape }), ...(center && { beta: shape }) });
  const { gamma, beta } = tensors;
  const numbers = { ...(gamma && { weight: gamma.read }), ...(beta && { bias: beta.read }) };
  return layerNorm(signal, { where: layer.name, epsilon, ...numbers });
}

export function batchNormalization(signal: Signal, layer: LayerConfig, weights: WeightSource): Signal {
  const { axis, epsilon, center, scale } = optionsOf(OPTIONS.batchNorm, layer);
  const rank = signal.axes ? 3 : 1;
  const place = [axis].flat()[0]!;
  const channel = signal.axes ? signal.axes.indexOf('c') + 1 : 1;
  if ((place < 0 ? place + rank + 1 : place) !== channel)
    throw new FormatError(layer.name, `normalises along axis ${place}, which is not that of the channels`);
  const size = [signal.link.shape.at(-1)!];
  const moments = { moving_mean: size, moving_variance: size };
  const tensors = tensorsOf(layer, weights, {
    ...(scale && { gamma: size }),
    ...(center && { beta: size }),
    ...moments,
  });
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((role) =>
    tensors[role]?.read(),
  );
  const factors = Float64Array.from(variance!, (value, i) => (gamma?.[i] ?? 1) / Math.sqrt(value + epsilon));
  const summands = factors.map((factor, i) => (beta?.[i] ?? 0) - mean![i]! * factor);
  return scaledEach(signal, { where: layer.name, scale: factors, shift: summands });
}

/** The layer's tensors by their roles, in Keras' order, each of the shape that it must have. */
function tensorsOf(layer: LayerConfig, weights: WeightSource, shapes: Record<string, readonly number[]>) {
  const roles = Object.keys(shapes);
  const entries = roles.map((role) => {
    const found = weights.find(layer, role, roles);
    return [role, requireTensor(found, shapes[role]!, { layer: layer.name, role })] as const;
  });
  return Object.fromEntries(entries);
}

/** [height, width, in, out] or [in, out] as [out, in, height, width] or [out, in]. */
export function turned(values: Float32Array, shape: readonly number[]): Float32Array {
  const [inputs, outputs] = [shape.at(-2)!, shape.at(-1)!];
  const places = values.length / (inputs * outputs);
  const result = new Float32Array(values.length);
  let next = 0;
  for (let output = 0; output < outputs; output++)
    for (let input = 0; input < inputs; input++)
      for (let place = 0; place < places; place++)
        result[next++] = values[(place * inputs + input) * outputs + output]!;
  return result;
}
