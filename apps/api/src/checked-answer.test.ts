import { expect, test } from 'vitest';
import { z } from 'zod';
import { alreadyChecked, compileSerializer } from './checked-answer.ts';

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
