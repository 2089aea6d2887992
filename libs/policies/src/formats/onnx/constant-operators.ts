import { FormatError } from '../imported.ts';
import { type Constant } from './constant.ts';
import {
  constantInput,
  floatOf,
  inputOf,
  intOf,
  intsOf,
  listOf,
  type Operator,
  requireShort,
  tensorOf,
} from './operator.ts';
import { fromStart, product, shapeOf } from './shapes.ts';
import { type Value } from './value.ts';

type Handler = (operator: Operator) => Value;

/** Operators of which only constants come: values written into the graph, and sizes computed in it. */
export const CONSTANT_OPERATORS: Record<string, Handler> = {
  Constant: written,
  ConstantOfShape: filled,
  Shape: (operator) => {
    const shape = shapeOf(inputOf(operator, 0), operator.where);
    const clamp = (place: number) => Math.min(Math.max(place < 0 ? place + shape.length : place, 0), shape.length);
    return list(operator, shape.slice(clamp(intOf(operator, 'start', 0)), clamp(intOf(operator, 'end', shape.length))));
  },
  Size: (operator) => scalar(operator, product(shapeOf(inputOf(operator, 0), operator.where))),
  Gather: gather,
  Concat: (operator) => {
    const parts = operator.inputs.map((_, index) => requireList(operator, constantInput(operator, index)));
    return list(operator, parts.flat());
  },
  Slice: slice,
  ReduceProd: (operator) => {
    const values = requireList(operator, constantInput(operator, 0));
    const total = product(values);
    return intOf(operator, 'keepdims', 1) ? list(operator, [total]) : scalar(operator, total);
  },
};

function written(operator: Operator): Value {
  const tensor = tensorOf(operator, 'value');
  if (tensor) return tensor;
  const ints = intsOf(operator, 'value_ints');
  if (ints) return list(operator, ints);
  const { attribute } = operator.node;
  const floats = attribute.find(({ name }) => name === 'value_floats');
  if (floats) return list(operator, floats.floats);
  if (attribute.some(({ name }) => name === 'value_int')) return scalar(operator, intOf(operator, 'value_int', 0));
  if (attribute.some(({ name }) => name === 'value_float'))
    return scalar(operator, floatOf(operator, 'value_float', 0));
  throw new FormatError(operator.where, 'a constant that is neither numbers nor a tensor');
}

const MAX_FILLED = 4096;

function filled(operator: Operator): Value {
  const shape = requireList(operator, constantInput(operator, 0));
  const size = product(shape);
  if (!(size <= MAX_FILLED) || shape.some((length) => !Number.isSafeInteger(length) || length < 0))
    throw new FormatError(operator.where, `a constant of shape [${shape.join(', ')}]`);
  operator.budget.spend(size, operator.where);
  const value = tensorOf(operator, 'value')?.data[0] ?? 0;
  return { kind: 'constant', where: operator.where, shape, data: new Float64Array(size).fill(value) };
}

function gather(operator: Operator): Value {
  const values = requireList(operator, constantInput(operator, 0));
  const indices = requireShort(constantInput(operator, 1), operator.where);
  if (intOf(operator, 'axis', 0) !== 0) throw new FormatError(operator.where, 'gathers along an axis of a list');
  const picked = Array.from(indices.data, (index) => values[fromStart(index, values.length, operator.where)] ?? NaN);
  return { kind: 'constant', where: operator.where, shape: indices.shape, data: Float64Array.from(picked) };
}

function slice(operator: Operator): Value {
  const values = requireList(operator, constantInput(operator, 0));
  const [start] = listOf(operator, 'starts', 1) ?? [0];
  const [end] = listOf(operator, 'ends', 2) ?? [values.length];
  const [step = 1] = listOf(operator, 'steps', 4) ?? [1];
  if (step !== 1) throw new FormatError(operator.where, `slices with step ${step}`);
  return list(operator, values.slice(start, end));
}

function requireList(operator: Operator, constant: Constant): number[] {
  if (constant.shape.length <= 1) return Array.from(requireShort(constant, operator.where).data);
  throw new FormatError(
    operator.where,
    `works on a tensor of shape [${constant.shape.join(', ')}]: only lists of sizes are`,
  );
}

function list({ where }: Operator, values: readonly number[]): Constant {
  if (values.length > MAX_FILLED) throw new FormatError(where, `makes a list of ${values.length} sizes`);
  return { kind: 'constant', where, shape: [values.length], data: Float64Array.from(values) };
}

function scalar({ where }: Operator, value: number): Constant {
  return { kind: 'constant', where, shape: [], data: Float64Array.of(value) };
}
