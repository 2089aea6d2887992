import { FormatError } from '../imported.ts';
import { flatten, globalAverage, layerNorm, permuteAxes, pool } from '../trace/layers.ts';
import { convolve, dense, requireImage, scaledEach } from '../trace/linear.ts';
import { type Numbers, type Signal } from '../trace/signal.ts';
import { type Pads } from '../trace/window.ts';
import { type Constant } from './constant.ts';
import { transposeConstant } from './fold.ts';
import {
  constantInput,
  expressionInput,
  finiteNumbers,
  floatOf,
  inputOf,
  intOf,
  intsOf,
  listOf,
  type Operator,
  optionalConstant,
  signalInput,
  textOf,
  weightsOf,
} from './operator.ts';
import { fromStart, product, resolveShape, shapeOf, signalShape } from './shapes.ts';
import { expressionOf, type Value } from './value.ts';

export function conv(operator: Operator): Value {
  const { where } = operator;
  const signal = requireChannelsFirst(operator);
  const weight = constantInput(operator, 1);
  requireOnes(operator, 'dilations');
  if (intOf(operator, 'group', 1) !== 1) throw new FormatError(where, 'a convolution in groups');
  const [filters, channels, height, width] = weight.shape;
  if (weight.shape.length !== 4)
    throw new FormatError(weight.where, `[${weight.shape.join(', ')}] is no 2-D convolution's kernel`);
  const bias = optionalConstant(operator, 2);
  const convolved = convolve(signal, {
    where,
    filters: filters!,
    channels: channels!,
    size: [height!, width!],
    strides: pair(operator, 'strides'),
    pads: padsOf(operator),
    weight: weightsOf(weight),
    bias: bias && finiteNumbers(bias),
  });
  return expressionOf(convolved, where);
}

export function gemm(operator: Operator): Value {
  const { where } = operator;
  const signal = signalInput(operator);
  const weight = constantInput(operator, 1);
  if (intOf(operator, 'transA', 0)) throw new FormatError(where, 'turns its input');
  const made = denseOf(signal, weight, { where, turned: intOf(operator, 'transB', 0) === 1 });
  const [alpha, beta] = [floatOf(operator, 'alpha', 1), floatOf(operator, 'beta', 1)];
  const scaledWeights = scaledEach(made, { where, scale: each(made, alpha) });
  const bias = optionalConstant(operator, 2);
  if (!bias) return expressionOf(scaledWeights, where);
  const units = made.link.shape[0]!;
  const values = finiteNumbers(bias);
  if (values.length !== 1 && bias.shape.at(-1) !== units)
    throw new FormatError(bias.where, `[${bias.shape.join(', ')}] as bias of ${units} units`);
  const shift = values.length === 1 ? each(made, values[0]! * beta) : values.map((value) => value * beta);
  return expressionOf(scaledEach(scaledWeights, { where, shift }), where);
}

export function matMul(operator: Operator): Value {
  const made = denseOf(signalInput(operator), constantInput(operator, 1), { where: operator.where, turned: false });
  return expressionOf(made, operator.where);
}

/** @param turned whether the weights are [units, inputs], else [inputs, units] */
function denseOf(signal: Signal, weight: Constant, { where, turned }: { where: string; turned: boolean }): Signal {
  if (weight.shape.length !== 2)
    throw new FormatError(weight.where, `[${weight.shape.join(', ')}] is no dense layer's weights`);
  const [units, inputs] = (turned ? weight.shape : weight.shape.toReversed()) as [number, number];
  const numbers = weightsOf(weight);
  return dense(signal, { where, units, inputs, weight: turned ? numbers : () => turn(numbers, inputs, units) });
}

function turn(numbers: Numbers, rows: number, columns: number): Float32Array {
  const data = numbers();
  const turned = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) turned[column * rows + row] = data[row * columns + column]!;
  return turned;
}

const each = ({ link }: Signal, value: number) => new Float64Array(link.shape[0]!).fill(value);

export function poolOperator(kind: 'max-pool' | 'average-pool'): (operator: Operator) => Value {
  return (operator) => {
    const { where } = operator;
    requireOnes(operator, 'dilations');
    const options = {
      where,
      kind,
      size: pair(operator, 'kernel_shape'),
      strides: pair(operator, 'strides'),
      pads: padsOf(operator),
      countsPadding: intOf(operator, 'count_include_pad', 0) === 1,
      ceil: intOf(operator, 'ceil_mode', 0) === 1,
    };
    return expressionOf(pool(requireChannelsFirst(operator), options), where);
  };
}

export function globalAveragePool(operator: Operator): Value {
  return expressionOf(globalAverage(requireChannelsFirst(operator), operator.where), operator.where);
}

/** In inference: a factor and a summand for each channel of the convolution or dense layer before. */
export function batchNormalization(operator: Operator): Value {
  const { where } = operator;
  if (intOf(operator, 'training_mode', 0)) throw new FormatError(where, 'is exported for training');
  const signal = signalInput(operator);
  if (signal.axes) requireChannelsFirst(operator);
  const [weight, bias, mean, variance] = [1, 2, 3, 4].map((index) => finiteNumbers(constantInput(operator, index)));
  const epsilon = floatOf(operator, 'epsilon', 1e-5);
  const scale = Float64Array.from(weight!, (gamma, i) => gamma / Math.sqrt(variance![i]! + epsilon));
  const shift = Float64Array.from(bias!, (beta, i) => beta - mean![i]! * scale[i]!);
  return expressionOf(scaledEach(signal, { where, scale, shift }), where);
}

export function layerNormalization(operator: Operator): Value {
  const { where } = operator;
  const signal = signalInput(operator);
  const shape = signalShape(signal);
  const axis = fromStart(intOf(operator, 'axis', -1), shape.length, where);
  if (axis !== 1)
    throw new FormatError(where, `normalises from axis ${axis} on: over the whole example (from axis 1) is read`);
  const weight = constantInput(operator, 1);
  const bias = optionalConstant(operator, 2);
  for (const constant of bias ? [weight, bias] : [weight])
    if (constant.data.length !== product(shape))
      throw new FormatError(
        constant.where,
        `[${constant.shape.join(', ')}] for a signal of shape [${shape.join(', ')}]`,
      );
  const epsilon = floatOf(operator, 'epsilon', 1e-5);
  const numbers = { weight: weightsOf(weight), ...(bias && { bias: weightsOf(bias) }) };
  return expressionOf(layerNorm(signal, { where, epsilon, ...numbers }), where);
}

export function reshape(operator: Operator): Value {
  const { where } = operator;
  const value = inputOf(operator, 0);
  const asked = listOf(operator, 'shape', 1) ?? [];
  const from = shapeOf(value, where);
  return toShape(operator, resolveShape(from, asked, { where, keepsZero: intOf(operator, 'allowzero', 0) === 1 }));
}

export function flattenOperator(operator: Operator): Value {
  const from = shapeOf(inputOf(operator, 0), operator.where);
  const axis = intOf(operator, 'axis', 1);
  const start = axis < 0 ? axis + from.length : axis;
  return toShape(operator, [product(from.slice(0, start)), product(from.slice(start))]);
}

export function squeeze(operator: Operator): Value {
  const from = shapeOf(inputOf(operator, 0), operator.where);
  const asked = listOf(operator, 'axes', 1) ?? from.flatMap((length, axis) => (length === 1 && axis > 0 ? [axis] : []));
  const axes = asked.map((axis) => fromStart(axis, from.length, operator.where));
  if (axes.some((axis) => from[axis] !== 1))
    throw new FormatError(operator.where, `axes ${axes.join(', ')} of [${from.join(', ')}]`);
  return toShape(
    operator,
    from.filter((_, axis) => !axes.includes(axis)),
  );
}

export function unsqueeze(operator: Operator): Value {
  const from = shapeOf(inputOf(operator, 0), operator.where);
  const axes = listOf(operator, 'axes', 1) ?? [];
  const rank = from.length + axes.length;
  const places = new Set(axes.map((axis) => fromStart(axis, rank, operator.where)));
  const rest = [...from];
  return toShape(
    operator,
    Array.from({ length: rank }, (_, axis) => (places.has(axis) ? 1 : (rest.shift() ?? 1))),
  );
}

/** The elements in the same order with another shape: of an image the flattening. */
function toShape(operator: Operator, shape: number[]): Value {
  const { where } = operator;
  const value = inputOf(operator, 0);
  if (value.kind === 'constant') return { ...value, shape };
  if (shape.join() === shapeOf(value, where).join()) return value;
  const signal = signalInput(operator);
  if (shape.length === 2 && shape[0] === 1) return expressionOf(flatten(signal, where), where);
  throw new FormatError(
    where,
    `makes [${shape.join(', ')}] of [${signalShape(signal).join(', ')}]: an image can only be flattened`,
  );
}

export function transpose(operator: Operator): Value {
  const { where } = operator;
  const value = inputOf(operator, 0);
  const rank = shapeOf(value, where).length;
  const perm = intsOf(operator, 'perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  if (value.kind === 'constant') return transposeConstant(operator, value, perm);
  if (perm.every((axis, place) => axis === place)) return value;
  if (perm[0] !== 0) throw new FormatError(where, `moves the batch: ${perm.join(', ')}`);
  const signal = signalInput(operator);
  return expressionOf(
    permuteAxes(
      signal,
      perm.slice(1).map((axis) => axis - 1),
      where,
    ),
    where,
  );
}

/** The end of a policy: the logits are what is before it. */
export function softmax(operator: Operator): Value {
  const { where } = operator;
  const signal = signalInput(operator);
  const axis = fromStart(intOf(operator, 'axis', operator.opset < 13 ? 1 : -1), signalShape(signal).length, where);
  if (signal.axes || axis !== 1) throw new FormatError(where, 'a softmax that is not of the actions');
  return { kind: 'probabilities', where, logits: signal };
}

export function passOn(operator: Operator): Value {
  return inputOf(operator, 0);
}

function requireChannelsFirst(operator: Operator): Signal {
  const signal = signalInput(operator);
  requireImage(signal, operator.where);
  if (signal.axes?.[0] === 'c') return requireUpright(signal, operator.where);
  throw new FormatError(
    operator.where,
    `takes [${signalShape(signal).join(', ')}] with its channels first, where they are not`,
  );
}

function requireUpright(signal: Signal, where: string): Signal {
  if (signal.axes === 'chw') return signal;
  throw new FormatError(where, 'works on an image whose rows and columns are exchanged');
}

function requireOnes(operator: Operator, name: string): void {
  const values = intsOf(operator, name);
  if (values?.some((value) => value !== 1)) throw new FormatError(operator.where, `${name} [${values.join(', ')}]`);
}

function pair(operator: Operator, name: string): [number, number] {
  const values = intsOf(operator, name) ?? [1, 1];
  if (values.length !== 2) throw new FormatError(operator.where, `${name} [${values.join(', ')}]: images are 2-D`);
  return values as [number, number];
}

function padsOf(operator: Operator): Pads | 'same' | 'same-lower' {
  const automatic = textOf(operator, 'auto_pad', 'NOTSET');
  if (automatic === 'SAME_UPPER') return 'same';
  if (automatic === 'SAME_LOWER') return 'same-lower';
  const pads = automatic === 'VALID' ? [0, 0, 0, 0] : (intsOf(operator, 'pads') ?? [0, 0, 0, 0]);
  if (pads.length !== 4) throw new FormatError(operator.where, `pads [${pads.join(', ')}]`);
  const [top, left, bottom, right] = pads as [number, number, number, number];
  return { top, left, bottom, right };
}

/** Casts change no number that a policy is made of; of a fraction to whole numbers they would. */
export function cast(operator: Operator): Value {
  const WHOLE = [2, 3, 4, 5, 6, 7, 9, 12, 13];
  const value = inputOf(operator, 0);
  if (value.kind === 'constant' || !WHOLE.includes(intOf(operator, 'to', 1))) return value;
  const { base, size } = expressionInput(operator);
  if (size === 0 && !base.link.step) return value;
  throw new FormatError(operator.where, 'rounds a signal to whole numbers');
}
