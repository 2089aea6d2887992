import { expect, test } from 'vitest';
import { together } from './together.ts';

interface Sending {
  items: string[];
  succeed: () => void;
  fail: (error: Error) => void;
}

/** Sendings that end when told to. */
function createSendings() {
  const sent: Sending[] = [];
  const add = together<string>(
    (items) =>
      new Promise((resolve, reject) => {
        sent.push({ items: [...items], succeed: resolve, fail: reject });
      }),
  );
  return { sent, add, batches: () => sent.map(({ items }) => items) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('what comes while a batch is under way goes together in the next one, in order', async () => {
  const { sent, add, batches } = createSendings();
  const first = add('a');
  await turn();
  const others = ['b', 'c', 'd'].map(add);
  await turn();
  expect(batches()).toEqual([['a']]);
  sent[0]!.succeed();
  await first;
  await turn();
  expect(batches()).toEqual([['a'], ['b', 'c', 'd']]);
  sent[1]!.succeed();
  await Promise.all(others);
});

test('a batch that fails is the failure of each of its items, and of no other', async () => {
  const { sent, add } = createSendings();
  const first = add('a');
  await turn();
  const second = add('b');
  sent[0]!.fail(new Error('away'));
  await expect(first).rejects.toThrow('away');
  await turn();
  sent[1]!.succeed();
  await expect(second).resolves.toBeUndefined();
});

test('items of one moment go together even where nothing is under way', async () => {
  const { add, batches } = createSendings();
  void add('a');
  void add('b');
  await turn();
  expect(batches()).toEqual([['a', 'b']]);
});
