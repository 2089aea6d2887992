import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createRecent } from './recent.ts';

test('what is there is asked for once a second, what is not there each time', async () => {
  const { find } = createRecent<string>();
  const asked: string[] = [];
  const look = (answer: string | null) => () => {
    asked.push(String(answer));
    return Promise.resolve(answer);
  };
  expect(await find('new', look(null))).toBeNull();
  expect(await find('new', look('row'))).toBe('row');
  expect(await find('new', look('other'))).toBe('row');
  await sleep(1_050);
  expect(await find('new', look('other'))).toBe('other');
  expect(asked).toEqual(['null', 'row', 'other']);
});

test('a look that began before something changed is not remembered after it', async () => {
  const { find, forget } = createRecent<string>();
  const looking = find('key', async () => {
    await sleep(10);
    return 'before';
  });
  forget();
  expect(await looking).toBe('before');
  expect(await find('key', () => Promise.resolve('after'))).toBe('after');
});
