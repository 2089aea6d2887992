import { expect, test } from 'vitest';
import { splitByEpisode } from './split.ts';

/** Episodes of the given lengths, one after another. */
function episodesOf(...lengths: number[]) {
  let end = 0;
  const episodes = lengths.map((length) => ({ start: end, end: (end += length), return: 0, terminated: true }));
  return { frameCount: end, episodes };
}

const rollouts = episodesOf(40, 30, 20, 10);

test('held out are the last whole episodes, as many as reach the share', () => {
  const { train, heldOut } = splitByEpisode(rollouts, { trainFraction: 1, heldOutFraction: 0.11 });
  expect(heldOut).toEqual(range(70, 100));
  expect(train).toEqual(range(0, 70));
});

test('an episode that makes up the share exactly is enough', () => {
  expect(splitByEpisode(rollouts, { trainFraction: 1, heldOutFraction: 0.1 }).heldOut).toEqual(range(90, 100));
});

test('the trained share is the beginning in time of what is not held out', () => {
  const { train, heldOut } = splitByEpisode(rollouts, { trainFraction: 0.25, heldOutFraction: 0.3 });
  expect(train).toEqual(range(0, 17));
  expect(heldOut).toEqual(range(70, 100));
});

test('nothing is held out when nothing is asked for', () => {
  const { train, heldOut } = splitByEpisode(rollouts, { trainFraction: 1, heldOutFraction: 0 });
  expect(train).toEqual(range(0, 100));
  expect(heldOut).toHaveLength(0);
});

test('a split that leaves nothing to train on is refused', () => {
  expect(() => splitByEpisode(episodesOf(50), { trainFraction: 1, heldOutFraction: 0.1 })).toThrow('none to train on');
  expect(() => splitByEpisode(rollouts, { trainFraction: 1, heldOutFraction: 0.7 })).toThrow('none to train on');
});

function range(start: number, end: number): Int32Array {
  return Int32Array.from({ length: end - start }, (_, index) => start + index);
}
