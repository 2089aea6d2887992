import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Entry, Ledger } from './ledger.ts';
import { between, table } from './markdown.ts';
import { entriesOf, reportOf } from './report.ts';
import { runStudy } from './run-study.ts';
import { type Study } from './study.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'study-'))));
afterEach(() => rmSync(folder, { recursive: true }));

type Cell = { stage: string; number: number };

/** Squares 1 and 2, and then the sum of what came out. */
function squares(computed: string[], fail = false): Study<Cell, number> {
  return {
    name: 'squares',
    title: 'Squares',
    cells: (done) => {
      const first = [1, 2].map((number) => ({ stage: 'square', number }));
      const results = done.filter(({ cell }) => cell.stage === 'square').map(({ result }) => result);
      return results.length < 2 ? first : [...first, { stage: 'sum', number: results[0]! + results[1]! }];
    },
    run: ({ stage, number }) => {
      if (fail && number === 2) return Promise.reject(new Error('stopped'));
      computed.push(`${stage} ${number}`);
      return Promise.resolve(number * number);
    },
    findings: () => ({ facts: [], text: '', figures: {} }),
  };
}

const run = (computed: string[], fail = false) =>
  runStudy(squares(computed, fail), { quick: false, folder, tell: () => undefined });

test('cells that follow from results are computed once those are there', async () => {
  const computed: string[] = [];
  const entries = await run(computed);
  expect(computed).toEqual(['square 1', 'square 2', 'sum 5']);
  expect(entries.map(({ result }) => result).toSorted((a, b) => a - b)).toEqual([1, 4, 25]);
});

test('a run that was stopped goes on where it was, and leaves no claim', async () => {
  const computed: string[] = [];
  await expect(run(computed, true)).rejects.toThrow('stopped');
  expect(readdirSync(folder)).toEqual(['square_1.json']);
  await run(computed);
  expect(computed).toEqual(['square 1', 'square 2', 'sum 5']);
});

test('what was published is gone on from on another machine', async () => {
  const entries = await run([]);
  const published = reportOf(
    'squares',
    entries.filter(({ cell }) => cell.number !== 2),
    { quick: false },
  );
  rmSync(folder, { recursive: true });
  new Ledger<Cell, number>(folder).adopt(entriesOf(published) as Entry<Cell, number>[]);
  const computed: string[] = [];
  expect((await run(computed)).map(({ result }) => result)).toEqual(entries.map(({ result }) => result));
  expect(computed).toEqual(['square 2']);
});

test('the claim of a process that is gone is void', async () => {
  // Larger than any process number that Linux gives.
  writeFileSync(join(folder, 'square_1.claim'), String(2 ** 22 + 1));
  const computed: string[] = [];
  await run(computed);
  expect(computed).toContain('square 1');
});

test('what a run computes while another process has a cell is everything else', async () => {
  // Our parent lives.
  const claim = join(folder, 'square_1.claim');
  writeFileSync(claim, String(process.ppid));
  const computed: string[] = [];
  const running = run(computed);
  await expect.poll(() => computed).toEqual(['square 2']);
  rmSync(claim);
  await running;
  expect(computed).toEqual(['square 2', 'square 1', 'sum 5']);
});

test('a table is as prettier writes it, and takes its place between a page’s marks', () => {
  const text = table(['a', 'long'], [['1', '2']]);
  expect(text).toBe('| a   | long |\n| --- | ---- |\n| 1   | 2    |');
  expect(between('x <!-- t --> old <!-- /t --> y', 't', 'new')).toBe('x <!-- t -->\n\nnew\n\n<!-- /t --> y');
  expect(() => between('x', 't', 'new')).toThrow('no place for t');
});
