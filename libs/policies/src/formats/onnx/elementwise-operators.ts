import { FormatError } from '../imported.ts';
import { normAffine } from '../trace/layers.ts';
import { scaledEach } from '../trace/linear.ts';
import { addSignals } from '../trace/residual.ts';
import { type Signal } from '../trace/signal.ts';
import { type Constant } from './constant.ts';
import { erf, gelu, geluByTanh, sigmoid, softplus } from './curve.ts';
import { foldElementwise, placesIn } from './fold.ts';
import {
  finiteNumbers,
  floatOf,
  inputOf,
  intOf,
  type Operator,
  optionalConstant,
  textOf,
  told,
  weightsOf,
} from './operator.ts';
import { product, signalShape } from './shapes.ts';
import { statisticStep } from './statistics.ts';
import { combine, type Expression, expressionOf, settle, type Value } from './value.ts';

/** What an operator makes of one element of each of its inputs. */
type Function = (operator: Operator) => (...values: number[]) => number;

const FUNCTIONS: Record<string, Function> = {
  Relu: () => (x) => Math.max(x, 0),
  LeakyRelu: (operator) => (x) => (x < 0 ? floatOf(operator, 'alpha', 0.01) * x : x),
  PRelu: () => (x, slope) => (x < 0 ? slope * x : x),
  Elu: (operator) => (x) => (x < 0 ? floatOf(operator, 'alpha', 1) * Math.expm1(x) : x),
  Celu: (operator) => {
    const alpha = floatOf(operator, 'alpha', 1);
    return (x) => Math.max(x, 0) + Math.min(0, alpha * Math.expm1(x / alpha));
  },
  Gelu: (operator) => (textOf(operator, 'approximate', 'none') === 'tanh' ? geluByTanh : gelu),
  Swish: (operator) => (x) => x * sigmoid(floatOf(operator, 'alpha', 1) * x),
  Softplus: () => softplus,
  Sigmoid: () => sigmoid,
  Tanh: () => Math.tanh,
  Erf: () => erf,
  Exp: () => Math.exp,
  Log: () => Math.log,
  Sqrt: () => Math.sqrt,
  Abs: () => Math.abs,
  Neg: () => (x) => -x,
  Reciprocal: () => (x) => 1 / x,
  Add: () => (x, y) => x + y,
  Sub: () => (x, y) => x - y,
  Mul: () => (x, y) => x * y,
  Div: () => (x, y) => x / y,
  Pow: () => (x, y) => x ** y,
  Sum:
    () =>
    (...values) =>
      values.reduce((total, value) => total + value, 0),
  Max:
    () =>
    (...values) =>
      Math.max(...values),
  Min:
    () =>
    (...values) =>
      Math.min(...values),
  Clip:
    () =>
    (x, least = -Infinity, most = Infinity) =>
      Math.min(Math.max(x, least), most),
  Greater: () => (x, y) => Number(x > y),
  GreaterOrEqual: () => (x, y) => Number(x >= y),
  Less: () => (x, y) => Number(x < y),
  LessOrEqual: () => (x, y) => Number(x <= y),
  Equal: () => (x, y) => Number(x === y),
  Where: () => (condition, x, y) => (condition ? x : y),
};

export const ELEMENTWISE_OPERATORS = Object.fromEntries(
  Object.entries(FUNCTIONS).map(([name, make]) => [
    name,
    (operator: Operator) => elementwise(operator, make(operator)),
  ]),
);

/** Of constants a constant; of a signal and single numbers an expression; of a signal and others what a layer can take in. */
function elementwise(operator: Operator, apply: (...values: number[]) => number): Value {
  const { where, inputs } = operator;
  if (inputs.length === 0 || inputs.length > 8) throw new FormatError(where, `${inputs.length} inputs`);
  const values = inputs.map((value, index) => (value || index === 0 ? inputOf(operator, index) : undefined));
  const given = values.filter((value) => value !== undefined);
  const constants = given.filter((value) => value.kind === 'constant');
  if (constants.length === given.length) return foldOperator(operator, values as (Constant | undefined)[], apply);
  const statistic = given.some(({ kind }) => kind === 'statistic');
  if (statistic) return statisticOperator(operator, constants);
  if (operator.node.opType === 'Log' && given[0]?.kind === 'probabilities') return { ...given[0], where };
  const wide = constants.find((constant) => scalarOf(constant) === undefined);
  if (wide) return constantOperator(operator, wide);
  const expressions = given
    .filter((value) => value.kind !== 'constant')
    .map((value) => requireExpression(value, where));
  return signalOperator(operator, { values, expressions, apply });
}

function requireExpression(value: Value, where: string): Expression {
  if (value.kind === 'expression') return value;
  throw new FormatError(where, `is applied to ${told(value)}`);
}

function foldOperator(
  operator: Operator,
  values: (Constant | undefined)[],
  apply: (...values: number[]) => number,
): Value {
  const present = values.filter((value) => value !== undefined);
  return foldElementwise(operator, present, (numbers) => {
    let next = 0;
    return apply(...(values.map((value) => (value ? numbers[next++] : undefined)) as number[]));
  });
}

function statisticOperator(operator: Operator, constants: Constant[]): Value {
  const step = statisticStep(operator, constants[0] && scalarOf(constants[0]));
  if (step) return step;
  throw new FormatError(
    operator.where,
    'takes a mean or variance and is no step of a layer norm over the whole example',
  );
}

/** Equal numbers are one number. */
function scalarOf({ data }: Constant): number | undefined {
  const value = data[0];
  return value !== undefined && (data.length === 1 || data.every((other) => other === value)) ? value : undefined;
}

interface Signals {
  values: (Value | undefined)[];
  expressions: Expression[];
  apply: (...values: number[]) => number;
}

function signalOperator({ where, node }: Operator, { values, expressions, apply }: Signals): Value {
  const sameSignal = expressions.every(({ base }) => base === expressions[0]!.base);
  if (!sameSignal) {
    const isSum = (node.opType === 'Add' || node.opType === 'Sum') && values.length === 2 && expressions.length === 2;
    if (!isSum) throw new FormatError(where, 'combines signals that went different ways');
    return expressionOf(addSignals(settle(expressions[0]!), settle(expressions[1]!), where), where);
  }
  const scalars = values.map((value) => (value?.kind === 'constant' ? scalarOf(value) : undefined));
  return combine(expressions, where, (samples) => {
    const places = values.map((value) => (value ? expressions.indexOf(value as Expression) : -1));
    const at = (index: number) => scalars.map((scalar, i) => scalar ?? samples[places[i]!]?.[index]) as number[];
    return samples[0]!.map((_, index) => apply(...at(index)));
  });
}

/** A bias, or a factor, of a channel or unit each; the weight and bias of a layer norm. */
function constantOperator(operator: Operator, constant: Constant): Value {
  const { where, node, inputs } = operator;
  const [x, y] = inputs;
  const values = finiteNumbers(constant);
  const isFirst = x === constant;
  const other = isFirst ? y : x;
  const known =
    inputs.length === 2 && other?.kind === 'expression' && (!isFirst || ['Add', 'Mul'].includes(node.opType));
  if (!known || !['Add', 'Sub', 'Mul', 'Div'].includes(node.opType))
    throw new FormatError(where, `combines a signal with constants of shape [${constant.shape.join(', ')}]`);
  const numbers = { Add: values, Sub: values.map((v) => -v), Mul: values, Div: values.map((v) => 1 / v) }[node.opType]!;
  const isFactor = node.opType === 'Mul' || node.opType === 'Div';
  const applied = applyConstants(settle(other), { ...constant, data: numbers }, { where, isFactor });
  return expressionOf(applied, where);
}

function applyConstants(
  signal: Signal,
  constant: Constant,
  { where, isFactor }: { where: string; isFactor: boolean },
): Signal {
  const shape = signalShape(signal);
  const padded = [...Array<number>(Math.max(shape.length - constant.shape.length, 0)).fill(1), ...constant.shape];
  if (padded.length !== shape.length || padded.some((length, axis) => length !== 1 && length !== shape[axis]))
    throw new FormatError(
      where,
      `constants of shape [${constant.shape.join(', ')}] meet a signal of shape [${shape.join(', ')}]`,
    );
  if (signal.link.step?.kind === 'norm') {
    const numbers = () => spread(constant, padded, shape);
    const normed = normAffine(signal, where, isFactor ? { weight: numbers } : { bias: numbers });
    if (normed) return normed;
  }
  const channel = signal.axes ? signal.axes.indexOf('c') + 1 : 1;
  if (padded.some((length, axis) => axis !== channel && length !== 1) || signal.flattened)
    throw new FormatError(where, 'constants that differ from pixel to pixel: no layer can take them in');
  return scaledEach(signal, { where, ...(isFactor ? { scale: constant.data } : { shift: constant.data }) });
}

function spread(constant: Constant, part: readonly number[], whole: readonly number[]): Float32Array {
  const numbers = weightsOf(constant)();
  const place = placesIn(part, whole);
  return Float32Array.from({ length: product(whole) }, (_, index) => numbers[place(index)]!);
}

/** A training network's noise, which does nothing in a graph for inference. */
export function dropout(operator: Operator): Value {
  const training = optionalConstant(operator, 2)?.data[0] ?? intOf(operator, 'training_mode', 0);
  if (training) throw new FormatError(operator.where, 'is exported for training: its outputs are random');
  return inputOf(operator, 0);
}
