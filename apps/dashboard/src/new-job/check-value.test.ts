import { expect, test } from 'vitest';
import { checkValue } from './check-value.ts';

test.each([
  [{ type: 'integer', minimum: 1 }, 0, 'at least 1'],
  [{ type: 'integer' }, 1.5, 'whole'],
  [{ type: 'number', exclusiveMinimum: 0, maximum: 1 }, 0, 'more than 0'],
  [{ type: 'number', exclusiveMaximum: 1 }, 1, 'less than 1'],
  [{ type: 'string', maxLength: 2 }, 'abc', 'at most 2'],
  [{ type: 'string', pattern: '^[a-z0-9][a-z0-9._-]{0,63}$' }, 'Mine', 'small letters'],
])('%o refuses %s', (schema, value, words) => {
  expect(checkValue(schema, value)).toContain(words);
});

test('what lies at an end that belongs to the range is taken, and so is nothing at all', () => {
  expect(checkValue({ type: 'number', exclusiveMinimum: 0, maximum: 1 }, 1)).toBeUndefined();
  expect(checkValue({ type: 'integer', minimum: 1 }, 1)).toBeUndefined();
  expect(checkValue({ type: 'integer', minimum: 1 }, undefined)).toBeUndefined();
});
