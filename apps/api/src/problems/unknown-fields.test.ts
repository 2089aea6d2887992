import { expect, test } from 'vitest';
import { unknownField } from './unknown-fields.ts';

test.each([
  ['stepz', "unknown field 'stepz'; did you mean 'steps'?"],
  ['trainFraction', "unknown field 'trainFraction'; did you mean 'train_fraction'?"],
  ['epochs', "unknown field 'epochs'"],
])('%s', (key, detail) => {
  expect(unknownField(key, ['steps', 'train_fraction', 'batch_size'])).toBe(detail);
});
