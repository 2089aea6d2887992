import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../test/engines.ts';
import { tinyContract, tinyInputs } from '../../../test/tiny-distillation.ts';
import { type Draw, startDraws } from './draws.ts';
import { observationTensor } from './observations.ts';

const INDICES = Int32Array.from({ length: 60 }, (_, i) => 20 + i);

async function tinyObservations() {
  const { rollouts } = await tinyInputs();
  return { frames: await rollouts.loadFrames(), stack: tinyContract.stack };
}

const options = { seed: 3, batchSize: 7, lastStep: 9, withNext: true };

/** All of a draw in plain numbers; the draw is disposed. */
function content({ rows, x, next, dispose }: Draw) {
  const numbers = { rows, x: x.dataSync().slice(), next: next?.dataSync().slice() };
  dispose();
  return numbers;
}

onEveryEngine(() => {
  test('a draw holds the observations of its rows, and those one step later within the episode', async () => {
    const observations = await tinyObservations();
    const draws = startDraws(observations, INDICES, options);
    for (let step = 1; step <= 9; step++) {
      const { rows, x, next } = content(await draws.take(step));
      const ends = rows.map((row) => INDICES[row]!);
      // Episodes are 40 frames long.
      const later = ends.map((end) => (end % 40 === 39 ? end : end + 1));
      expect(x).toEqual(observationTensor(observations, ends).dataSync());
      expect(next).toEqual(observationTensor(observations, later).dataSync());
    }
    await draws.close();
  });

  test('a draw depends on its step, not on those before it', async () => {
    const observations = await tinyObservations();
    const [whole, resumed] = [1, 5].map(() => startDraws(observations, INDICES, { ...options, withNext: false }));
    const seen = [];
    for (let step = 1; step <= 6; step++) seen.push(content(await whole!.take(step)));
    expect([content(await resumed!.take(5)), content(await resumed!.take(6))]).toEqual(seen.slice(4));
    expect(seen[4]).not.toEqual(seen[5]);
    await Promise.all([whole!.close(), resumed!.close()]);
  });
});
