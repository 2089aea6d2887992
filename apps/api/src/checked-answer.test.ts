import { expect, test } from 'vitest';
import { z } from 'zod';
import { alreadyChecked, alreadyWritten, compileSerializer } from './checked-answer.ts';

const schema = z.object({ name: z.string() });
const write = compileSerializer({ schema, method: 'GET', url: '/' });

test('an answer has the fields of its schema and no others, and is refused where one is missing', () => {
  expect(write({ name: 'a', secret: 'b' })).toBe('{"name":"a"}');
  expect(() => write({ secret: 'b' })).toThrow();
});

test('what was checked when it was made is written as it is', () => {
  expect(write(alreadyChecked(schema.parse({ name: 'a', secret: 'b' })))).toBe('{"name":"a"}');
  expect(write(alreadyChecked({ other: 1 }))).toBe('{"other":1}');
});

test('a page of what is written already is the JSON of the page', () => {
  const items = [{ name: 'a "quoted"' }, { name: 'ß' }].map(alreadyWritten);
  for (const page of [
    { data: items, has_more: true, next_cursor: 'x' },
    { data: [...items, { name: 'not written' }], has_more: false },
    { data: [], has_more: false, next_cursor: null },
    { data: items },
  ]) {
    expect(write(alreadyChecked(page))).toBe(JSON.stringify(page));
  }
  expect(write(items[0])).toBe(JSON.stringify(items[0]));
});
