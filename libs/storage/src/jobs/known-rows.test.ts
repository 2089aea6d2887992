import { expect, test } from 'vitest';
import { createKnownRows } from './known-rows.ts';

const parse = (text: string) => JSON.parse(text) as { step: number };

test('a row whose text is what it was is the very row that was read before', () => {
  const rows = createKnownRows(parse);
  expect(rows.get('a', '{"step":1}')).toBe(rows.get('a', '{"step":1}'));
});

test('a row whose text has changed says what it says now, also when it changes back', () => {
  const rows = createKnownRows(parse);
  const steps = [1, 2, 1].map((step) => rows.get('a', JSON.stringify({ step })).step);
  expect(steps).toEqual([1, 2, 1]);
});

test('rows of the same text and other ids are other rows', () => {
  const rows = createKnownRows(parse);
  expect(rows.get('a', '{"step":1}')).not.toBe(rows.get('b', '{"step":1}'));
});

test('no more rows are kept than were asked for, and the oldest goes', () => {
  const rows = createKnownRows(parse, 2);
  const first = rows.get('a', '{"step":1}');
  const second = rows.get('b', '{"step":1}');
  rows.get('c', '{"step":1}');
  expect(rows.get('b', '{"step":1}')).toBe(second);
  expect(rows.get('a', '{"step":1}')).not.toBe(first);
});

test('a shared row cannot be changed by one of its readers', () => {
  const row = createKnownRows(parse).get('a', '{"step":1}');
  expect(() => (row.step = 2)).toThrow(TypeError);
});
