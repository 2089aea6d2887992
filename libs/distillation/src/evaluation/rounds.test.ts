import { expect, test } from 'vitest';
import { planEpisodes } from './rounds.ts';

test('thirty episodes are two rounds of fifteen games, each seed in one place, one after the other', () => {
  const { seeds, rounds, games } = planEpisodes(1, 30);
  expect(games).toBe(15);
  expect(rounds.flatMap((round) => round.seeds)).toEqual(seeds);
  expect(seeds.map((seed) => seed - seeds[0]!)).toEqual(Array.from({ length: 30 }, (_, index) => index));
});

test('rounds have one size; the places that are left over in the last are played by nobody', () => {
  const { rounds } = planEpisodes(1, 17);
  expect(rounds.map((round) => round.seeds.length)).toEqual([9, 9]);
  expect(rounds[1]!.seeds.filter((seed) => seed === null)).toHaveLength(1);
});

test('neighbouring seeds of an evaluation share no episode', () => {
  const [a, b] = [planEpisodes(1, 1000).seeds, new Set(planEpisodes(2, 1000).seeds)];
  expect(a.some((seed) => b.has(seed))).toBe(false);
});
