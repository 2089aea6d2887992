import { FormatError } from '../imported.ts';
import { type Flattened, lengthsOf } from '../trace/axes.ts';
import { type Signal } from '../trace/signal.ts';
import { type Value } from './value.ts';

/** The shape in the graph, of a batch of one: graphs say it in many ways, and all must hold for one. */
export function shapeOf(value: Value, where: string): number[] {
  switch (value.kind) {
    case 'constant':
      return value.shape;
    case 'expression':
      return signalShape(value.base);
    case 'probabilities':
      return signalShape(value.logits);
    case 'statistic':
      throw new FormatError(where, 'takes the shape of a mean or variance');
  }
}

export function signalShape({ link, axes }: Signal): number[] {
  return axes ? [1, ...lengthsOf({ axes, shape: link.shape } satisfies Flattened)] : [1, ...link.shape];
}

/** Axes counted from the end are counted from the start. */
export function fromStart(axis: number, rank: number, where: string): number {
  const counted = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(counted) && counted >= 0 && counted < Math.max(rank, 1)) return counted;
  throw new FormatError(where, `axis ${axis} of ${rank}`);
}

/** The shape that Reshape asks for: 0 keeps a length, one −1 is whatever is left. */
export function resolveShape(
  from: readonly number[],
  asked: readonly number[],
  { where, keepsZero }: { where: string; keepsZero: boolean },
): number[] {
  const size = product(from);
  const lengths = asked.map((length, axis) => (length === 0 && !keepsZero ? (from[axis] ?? 0) : length));
  const known = product(lengths.filter((length) => length !== -1));
  const resolved = lengths.map((length) => (length === -1 ? size / known : length));
  const valid = resolved.every((length) => Number.isSafeInteger(length) && length >= 0);
  if (!valid || product(resolved) !== size)
    throw new FormatError(where, `makes [${asked.join(', ')}] of [${from.join(', ')}]`);
  return resolved;
}

export const product = (shape: readonly number[]) => shape.reduce((total, length) => total * length, 1);
