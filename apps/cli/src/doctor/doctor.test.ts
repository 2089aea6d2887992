import { expect, test } from 'vitest';
import { describeFindings } from './finding.ts';
import { examineNode } from './machine.ts';
import { examineWorkers } from './service.ts';

const worker = { status: 'idle', engine: 'tensorflow', device: 'the CPU', gpu: false, memory_bytes: 2 ** 34 } as const;

test.each([
  ['20.19.0', 'ok'],
  ['22.0.1', 'ok'],
  ['20.18.9', 'failed'],
  ['18.20.0', 'failed'],
])('Node %s is %s', (version, state) => {
  expect(examineNode(version).state).toBe(state);
});

test('without a living worker there is a way to get one', () => {
  for (const workers of [[], [{ ...worker, status: 'lost' as const }]])
    expect(examineWorkers(workers)).toMatchObject([
      { what: 'workers', state: 'failed', mend: expect.stringContaining('npm start') as string },
    ]);
});

test('a missing GPU is told, and is no failure', () => {
  expect(examineWorkers([worker]).map(({ what, state }) => [what, state])).toEqual([
    ['worker', 'ok'],
    ['GPU', 'missing'],
  ]);
  expect(examineWorkers([{ ...worker, gpu: true }]).at(-1)).toMatchObject({ what: 'GPU', state: 'ok' });
});

test('what can be mended has a second line with the way', () => {
  const lines = describeFindings([
    { what: 'Postgres', state: 'failed', detail: 'cannot be used', mend: 'look at DATABASE_URL' },
    { what: 'Node', state: 'ok', detail: '20.19.0' },
  ]);
  expect(lines).toHaveLength(3);
  expect(lines[1]).toMatch(/^ +→ look at DATABASE_URL$/);
});
