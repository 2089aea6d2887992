import { type SweepChild } from '@distiller/client';
import { expect, test } from 'vitest';
import { bestFirst } from './sweep-order.ts';

const child = (index: number, value: number | null) => ({ index, value }) as SweepChild;
const order = (children: SweepChild[], goal: string) => bestFirst(children, goal).map(({ index }) => index);

test('the best comes first, whichever way is up, and who has no value yet last, as they were made', () => {
  const children = [child(0, null), child(1, 0.3), child(2, 0.1), child(3, null), child(4, 0.2)];
  expect(order(children, 'minimize')).toEqual([2, 4, 1, 0, 3]);
  expect(order(children, 'maximize')).toEqual([1, 4, 2, 0, 3]);
});
