import { FormatError } from '../imported.ts';
import { type Constant } from './constant.ts';
import { type Operator } from './operator.ts';
import { product } from './shapes.ts';

/** Arithmetic of constants: sizes, transposed kernels, and what exporters leave to the runtime. */
export function foldElementwise(
  { where, budget }: Operator,
  operands: readonly Constant[],
  apply: (values: number[]) => number,
): Constant {
  const shape = operands.map((operand) => operand.shape).reduce((a, b) => broadcast(a, b, where));
  const size = product(shape);
  budget.spend(size, where);
  const data = new Float64Array(size);
  const indices = operands.map((operand) => placesIn(operand.shape, shape));
  for (let at = 0; at < size; at++) data[at] = apply(operands.map((operand, i) => operand.data[indices[i]!(at)]!));
  return { kind: 'constant', where, shape, data: asNarrow(data, operands) };
}

/** In single precision where the file is. */
function asNarrow(data: Float64Array, operands: readonly Constant[]): Float64Array | Float32Array {
  return operands.some((operand) => operand.data instanceof Float32Array) ? Float32Array.from(data) : data;
}

function broadcast(a: readonly number[], b: readonly number[], where: string): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [x, y] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (x === y || y === 1) return x;
    if (x === 1) return y;
    throw new FormatError(where, `combines [${a.join(', ')}] with [${b.join(', ')}]`);
  });
}

/** Of an element's index in `whole` its index in `part`, whose axes of length 1 are repeated. */
export function placesIn(part: readonly number[], whole: readonly number[]): (index: number) => number {
  if (part.join() === whole.join()) return (index) => index;
  const padded = [...Array<number>(whole.length - part.length).fill(1), ...part];
  return (index) => {
    let [rest, place, stride] = [index, 0, 1];
    for (let axis = whole.length - 1; axis >= 0; axis--) {
      const at = rest % whole[axis]!;
      rest = (rest - at) / whole[axis]!;
      if (padded[axis] !== 1) place += at * stride;
      stride *= padded[axis]!;
    }
    return place;
  };
}

export function transposeConstant(
  { where, budget }: Operator,
  { shape, data }: Constant,
  perm: readonly number[],
): Constant {
  const valid =
    new Set(perm).size === shape.length && perm.every((axis) => axis in shape) && perm.length === shape.length;
  if (!valid) throw new FormatError(where, `puts the axes of [${shape.join(', ')}] in the order ${perm.join(', ')}`);
  budget.spend(data.length, where);
  const strides = shape.map((_, axis) => product(shape.slice(axis + 1)));
  const turned = perm.map((axis) => shape[axis]!);
  const steps = perm.map((axis) => strides[axis]!);
  const result = data instanceof Float32Array ? new Float32Array(data.length) : new Float64Array(data.length);
  const counter = new Array<number>(perm.length).fill(0);
  for (let next = 0, place = 0; next < result.length; next++) {
    result[next] = data[place]!;
    for (let axis = perm.length - 1; axis >= 0; axis--) {
      place += steps[axis]!;
      counter[axis] = counter[axis]! + 1;
      if (counter[axis]! < turned[axis]!) break;
      place -= counter[axis]! * steps[axis]!;
      counter[axis] = 0;
    }
  }
  return { kind: 'constant', where, shape: turned, data: result };
}
