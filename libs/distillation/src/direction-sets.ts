import { type StoredLabels } from '@distiller/rollouts';
import { type DirectionSet, principalComponents } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { evenlySpread, readObservations, type RecordedObservations } from './observations.ts';

/** Principal components among which directions are drawn, and the frames that they are found from. */
const COMPONENTS = 64;
const COMPONENT_FRAMES = 512;

/** Height and width of a patch in pixels: from a ball to a paddle or a wall. */
const PATCH = { smallest: 2, largest: 16, frames: 'one' } as const;

/** A set of directions with all it needs. The caller disposes it. */
export async function directionSet(kind: DirectionSet['kind'], basis: () => Promise<tf.Tensor>): Promise<DirectionSet> {
  switch (kind) {
    case 'patch':
      return { kind, ...PATCH };
    case 'principal-components':
      return { kind, basis: await basis() };
    default:
      return { kind };
  }
}

export function disposeSet(set: DirectionSet): void {
  if (set.kind === 'principal-components') set.basis.dispose();
}

/** The principal components [C, H, W, stack] of some of the frames. */
export async function components(observations: RecordedObservations, indices: Int32Array): Promise<tf.Tensor> {
  const frames = await readObservations(observations, evenlySpread(indices, COMPONENT_FRAMES));
  const basis = await principalComponents(frames, COMPONENTS);
  frames.dispose();
  return basis;
}

/** The directions among which those that are stored were chosen. */
export async function storedBasis(labels: StoredLabels): Promise<tf.Tensor> {
  const basis = await labels.loadBasis();
  if (!basis) throw new Error(`${labels.path}: its directions are principal components, and it has none`);
  return tf.tensor(basis.values, basis.shape);
}
