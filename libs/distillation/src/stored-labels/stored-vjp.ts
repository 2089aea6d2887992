import { type ReadProjections, startReadAhead, type StoredLabels } from '@distiller/rollouts';
import { type Projection } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { AHEAD, orderAhead } from '../ahead.ts';
import { drawRows } from '../draws.ts';
import { chooseStored, type StoredDerivatives } from './stored-derivatives.ts';

export interface StoredVjpOptions {
  seed: number;
  batchSize: number;
  lastStep: number;
  /** Directions an example. */
  wanted: number;
}

/** Pull-backs from a labels file of the frames `indices`; a thread reads those of the next step while one trains. */
export function startStoredVjp(
  labels: StoredLabels,
  indices: Int32Array,
  { seed, batchSize, lastStep, wanted }: StoredVjpOptions,
): StoredDerivatives {
  const { actions, observation } = labels.attributes;
  const stored = labels.projections!.layout.count;
  const thread = startReadAhead(labels, { batchSize, slots: (1 + AHEAD) * wanted });
  const take = orderAhead((step) => {
    const frames = drawRows(seed, step, { batchSize, of: indices.length }).map((row) => indices[row]!);
    const chosen = chooseStored(seed, step, { batchSize, stored, wanted });
    return Promise.all(chosen.map((numbers) => thread.read(frames, numbers)));
  }, lastStep);
  const toProjection = ({ directions, pullBack, squaredNorms }: ReadProjections): Projection => ({
    v: tf.tensor2d(directions, [batchSize, actions]),
    pullBack: tf.tensor4d(pullBack, [batchSize, ...observation]),
    squaredNorms: tf.tensor1d(squaredNorms),
  });
  return {
    async take(step) {
      const read = await take(step);
      const derivatives = read.map(toProjection);
      const dispose = () => {
        for (const { v, pullBack, squaredNorms } of derivatives) tf.dispose([v, pullBack, squaredNorms]);
        for (const { release } of read) release();
      };
      return { derivatives, dispose };
    },
    close: () => thread.close(),
  };
}
