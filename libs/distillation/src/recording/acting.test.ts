import { expect, test } from 'vitest';
import { tinyInputs } from '../../../../test/tiny-distillation.ts';
import { type Acting, chooseAction, episodeSeed } from './acting.ts';

const teacher = Float32Array.from([0.1, 0.6, 0.3], Math.log);
const student = Float32Array.from([1, 0, 0], Math.log);
const places = Array.from({ length: 4000 }, (_, index) => ({ seed: 3, episode: index >> 5, step: index & 31 }));

function shares(acting: Acting): number[] {
  const chosen = places.map((place) => chooseAction(acting, { teacher, student }, place));
  return [0, 1, 2].map((action) => chosen.filter((one) => one === action).length / chosen.length);
}

const near = (expected: readonly number[], within = 0.03) =>
  expected.map((share) => expect.closeTo(share, -Math.log10(2 * within)) as number);

test('actions are drawn from π, or are its likeliest, or any with probability ε', () => {
  expect(shares({ kind: 'sampled' })).toEqual(near([0.1, 0.6, 0.3]));
  expect(shares({ kind: 'greedy' })).toEqual([0, 1, 0]);
  expect(shares({ kind: 'epsilon-greedy', epsilon: 0.3 })).toEqual(near([0.1, 0.8, 0.1]));
});

test('in a mixture the teacher acts with probability β', async () => {
  const mixture = { kind: 'mixture', student: (await tinyInputs()).teacher } as const;
  expect(shares({ ...mixture, beta: 0.25, per: 'step' })).toEqual(near([0.775, 0.15, 0.075]));
  expect(shares({ ...mixture, beta: 0, per: 'episode' })).toEqual([1, 0, 0]);
  const acting: Acting = { ...mixture, beta: 0.5, per: 'episode' };
  const byEpisode = Array.from({ length: 125 }, (_, episode) => {
    const steps = places.filter((place) => place.episode === episode);
    return steps.every((place) => chooseAction(acting, { teacher, student }, place) === 0);
  });
  const share = byEpisode.filter(Boolean).length / byEpisode.length;
  expect(share).toBeGreaterThan(0.35);
  expect(share).toBeLessThan(0.65);
});

test('draws depend on seed, episode and step, and on nothing else', () => {
  const sampled = { kind: 'sampled' } as const;
  const play = (seed: number, episode: number) =>
    Array.from({ length: 40 }, (_, step) => chooseAction(sampled, { teacher }, { seed, episode, step })).join('');
  expect(play(1, 2)).toBe(play(1, 2));
  expect(new Set([play(1, 2), play(1, 3), play(2, 2), play(2, 1)]).size).toBe(4);
  const seeds = Array.from({ length: 1000 }, (_, episode) => episodeSeed({ seed: 1, episode }));
  expect(new Set(seeds).size).toBe(1000);
  expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31)).toBe(true);
});
