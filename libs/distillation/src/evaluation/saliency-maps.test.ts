import { buildNetwork, layerTable } from '@distiller/policies';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../../test/engines.ts';
import { saliencyMaps } from './saliency-maps.ts';

const [SIZE, STACK, ACTIONS] = [3, 2, 3];
const PIXELS = SIZE * SIZE;

/** y = W x: each action's logit has its own weight for every pixel of every frame in the stack. */
function linearPolicy() {
  const { rows } = layerTable([{ kind: 'flatten' }, { kind: 'dense', units: ACTIONS }], [SIZE, SIZE, STACK], ACTIONS);
  const weights = Array.from({ length: PIXELS * STACK * ACTIONS }, (_, index) => Math.sin(index + 1));
  const weightOf = (pixel: number, frame: number, action: number) =>
    weights[(pixel * STACK + frame) * ACTIONS + action]!;
  const tensors = () => [tf.tensor2d(weights, [PIXELS * STACK, ACTIONS]), tf.zeros([ACTIONS])];
  return { network: buildNetwork(rows), tensors, weightOf };
}

/** Blank frames: all logits are zero, and each action has a third. */
const blank = (count: number) => ({
  frames: {
    data: new Uint8Array(new SharedArrayBuffer((count + 1) * PIXELS)),
    count,
    height: SIZE,
    width: SIZE,
    firstOfEpisode: new Int32Array(count),
  },
  stack: STACK,
});

onEveryEngine(() => {
  test('the saliency of a linear policy is its weights on the newest frame, less their mean under π', async () => {
    const { network, tensors, weightOf } = linearPolicy();
    const weights = tensors();
    // More than one batch.
    const count = 25;
    const actions = Array.from({ length: count }, (_, index) => index % ACTIONS);
    const indices = Int32Array.from({ length: count }, (_, index) => index);
    const maps = await saliencyMaps({ network, weights }, { observations: blank(count), indices, actions });
    const newest = STACK - 1;
    const gradient = (pixel: number, action: number) =>
      weightOf(pixel, newest, action) - [0, 1, 2].reduce((sum, a) => sum + weightOf(pixel, newest, a) / ACTIONS, 0);
    for (let frame = 0; frame < count; frame++)
      for (let pixel = 0; pixel < PIXELS; pixel++) {
        const at = frame * PIXELS + pixel;
        expect(maps.action[at]).toBeCloseTo(Math.abs(gradient(pixel, actions[frame]!)), 5);
        expect(maps.all[at]).toBeCloseTo(
          [0, 1, 2].reduce((sum, action) => sum + Math.abs(gradient(pixel, action)), 0),
          5,
        );
      }
    tf.dispose(weights);
  });

  test('it leaves no tensor behind', async () => {
    const { network, tensors } = linearPolicy();
    const weights = tensors();
    const before = tf.memory().numTensors;
    await saliencyMaps({ network, weights }, { observations: blank(2), indices: Int32Array.of(0, 1), actions: [0, 1] });
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose(weights);
  });
});
