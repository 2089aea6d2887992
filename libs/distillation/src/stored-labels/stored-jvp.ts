import { type StoredLabels } from '@distiller/rollouts';
import { type DirectionSet, isNoise, noiseTable, type PushForward } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { directionSet, disposeSet, storedBasis } from '../direction-sets.ts';
import { pickRows } from '../labels.ts';
import { pixelDirections } from '../labelling/label-directions.ts';
import { chooseStored, type StoredDerivatives } from './stored-derivatives.ts';

export interface StoredJvpOptions {
  directions: DirectionSet['kind'];
  seed: number;
  /** Directions an example. */
  wanted: number;
}

/**
 * Derivatives along pixel directions, from a labels file, of the frames `indices`. The directions are drawn again, and the
 * derivatives, A numbers each, are all in memory.
 */
export async function openStoredJvp(
  labels: StoredLabels,
  indices: Int32Array,
  { directions: kind, seed, wanted }: StoredJvpOptions,
): Promise<StoredDerivatives> {
  const { actions, projections, seed: own } = labels.attributes;
  const stored = projections.kind === 'jvp' ? projections.count : 0;
  const pushed = await labels.loadJvp(indices.reduce((last, frame) => Math.max(last, frame), 0) + 1);
  const set = await directionSet(kind, () => storedBasis(labels));
  const directions = { set, seed: own, table: isNoise(kind) ? noiseTable(own) : null };
  return {
    take(step, { rows, x, next }) {
      const frames = rows.map((row) => indices[row]!);
      const batchSize = rows.length;
      const derivatives = chooseStored(seed, step, { batchSize, stored, wanted }).map((numbers): PushForward => {
        const items = frames.map((frame, b) => frame * stored + numbers[b]!);
        return {
          u: pixelDirections(directions, { frames, numbers }, { x, next: next ?? undefined }),
          pushed: tf.tensor2d(pickRows(pushed, items, actions), [batchSize, actions]),
        };
      });
      return { derivatives, dispose: () => derivatives.forEach(({ u, pushed: own }) => tf.dispose([u, own])) };
    },
    close() {
      disposeSet(set);
      directions.table?.dispose();
    },
  };
}
