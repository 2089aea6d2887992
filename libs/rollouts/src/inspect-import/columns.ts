import { RolloutsError } from '../rollouts-error.ts';
import { type NpyHeader } from './npy-header.ts';

/** As in python/importers/limits.py. */
const MAX_STEPS = 2_000_000;

/** @throws RolloutsError unless it is uint8 with an axis of steps and at least `axes` in all */
export function checkObservations(where: string, { shape, kind, itemBytes }: NpyHeader, axes: number): number {
  if (kind !== 'u' || itemBytes !== 1) throw new RolloutsError(`${where}: its dtype is not uint8, pixels are`);
  const steps = shape[0];
  if (shape.length < axes || steps === undefined) {
    throw new RolloutsError(`${where}: shape (${shape.join(', ')}) is not one of observations`);
  }
  if (steps === 0) throw new RolloutsError(`${where}: no step at all`);
  if (steps > MAX_STEPS) throw new RolloutsError(`${where}: ${steps} steps are more than ${MAX_STEPS}`);
  return steps;
}

/** @throws RolloutsError unless it is a number for each of `steps` */
export function checkColumn(where: string, { shape }: NpyHeader, steps: number): void {
  const isColumn = shape.length === 1 || (shape.length === 2 && shape[1] === 1);
  if (!isColumn) throw new RolloutsError(`${where}: shape (${shape.join(', ')}), one number a step is wanted`);
  if (shape[0] !== steps) throw new RolloutsError(`${where}: ${shape[0]} for ${steps} observations`);
}
