import { expect, test } from 'vitest';
import { saysNothing } from './says-nothing.ts';

test.each([
  ['WARNING: All log messages before absl::InitializeLog() is called are written to STDERR', true],
  ['I0000 00:00:1796001485.393991   14352 port.cc:153] oneDNN custom operations are on. You may see slightly', true],
  ['TypeError: x is not a function', false],
])('%s', (line, expected) => {
  expect(saysNothing(line)).toBe(expected);
});
