import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';
import { onEveryEngine } from '../../../../test/engines.ts';
import { tinyContract, tinyInputs } from '../../../../test/tiny-distillation.ts';
import { type Draws } from '../draws.ts';
import { closeObservations, observationTensor, openObservations, type StoredObservations } from '../observations.ts';
import { startWindowedDraws } from './windowed-draws.ts';

/** 80 episodes of 40 frames: 13 chunks. */
const EPISODES = 80;
const INDICES = Int32Array.from({ length: 3000 }, (_, index) => index);
/** Six blocks of twelve. */
const BYTES = 300_000;

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function setUp() {
  const { rollouts } = await tinyInputs(EPISODES);
  const { stack } = tinyContract;
  const stored = (await openObservations(rollouts, stack, BYTES)) as StoredObservations;
  opened.push({ close: () => closeObservations(stored) });
  return { stored, held: { frames: await rollouts.loadFrames(), stack } };
}

async function start(stored: StoredObservations, options: { batchSize: number; withNext: boolean }): Promise<Draws> {
  const draws = await startWindowedDraws(stored, INDICES, { seed: 3, lastStep: 60, ...options });
  opened.push(draws);
  return draws;
}

async function rowsOf(draws: Draws, from: number, until: number): Promise<number[][]> {
  const seen: number[][] = [];
  for (let step = from; step <= until; step++) {
    const { rows, dispose } = await draws.take(step);
    seen.push([...rows]);
    dispose();
  }
  return seen;
}

onEveryEngine(() => {
  // A step moves the window by none, by one and by more than two blocks.
  test.each([7, 250, 700])('%d rows a step: a draw holds what all frames in memory would give', async (batchSize) => {
    const { stored, held } = await setUp();
    const draws = await start(stored, { batchSize, withNext: true });
    const before = tf.memory().numTensors;
    const blocks = new Set<number>();
    for (let step = 1; step <= 60; step++) {
      const { rows, x, next, dispose } = await draws.take(step);
      const later = rows.map((end) => (end % 40 === 39 ? end : end + 1));
      for (const [seen, ends] of [[x, rows] as const, [next!, later] as const]) {
        const expected = observationTensor(held, ends);
        expect(Buffer.compare(bytes(seen), bytes(expected))).toBe(0);
        expected.dispose();
      }
      dispose();
      for (const row of rows) blocks.add(Math.floor(row / 250));
    }
    if (batchSize > 7) expect(blocks.size).toBe(12);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a draw is the same whichever step was the first', async () => {
    const { stored } = await setUp();
    const whole = await rowsOf(await start(stored, { batchSize: 200, withNext: false }), 1, 40);
    const resumed = await rowsOf(await start(stored, { batchSize: 200, withNext: false }), 31, 40);
    expect(resumed).toEqual(whole.slice(30));
  });
});

const bytes = (tensor: tf.Tensor) => new Uint8Array(Float32Array.from(tensor.dataSync()).buffer);
