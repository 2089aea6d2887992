import { ENGINES } from '@distiller/compute';
import { expect, inject, test } from 'vitest';

// CI installs what they need and says so; elsewhere a missing engine is no failure.
test.runIf(process.env['TEST_ENGINES'] === 'all')('the tests of the mathematics run on every engine', () => {
  expect(inject('engines')).toEqual(ENGINES);
});
