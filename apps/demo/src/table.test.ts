import { expect, test } from 'vitest';
import { renderTable } from './table.ts';

test('numbers line up under their names', () => {
  const row = { kl: 0.012345678, action_error: 0.1, jacobian_error: 0.5, seconds: 61.25, steps_per_second: 12.5 };
  expect(
    renderTable([
      { loss: 'kl', ...row },
      { loss: 'sobolev', ...row, jacobian_error: 0.04321 },
    ]),
  ).toBe(
    [
      'loss          kl  action_error  jacobian_error  seconds  steps_per_second',
      '───────  ───────  ────────────  ──────────────  ───────  ────────────────',
      'kl       0.01235           0.1             0.5    61.25              12.5',
      'sobolev  0.01235           0.1         0.04321    61.25              12.5',
    ].join('\n'),
  );
});
