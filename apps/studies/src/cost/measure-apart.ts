import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Cost, type Measured, type Problem, type Term } from './problem.ts';

const MEASURE = fileURLToPath(new URL('./measure.ts', import.meta.url));

/** Of some terms of one problem. */
export type Costs = Partial<Record<Term, Cost>>;

/** One after another, so that what else the machine does meets all alike, each in a process of its own, so that its memory is its own. */
export async function measureApart(problem: Problem, terms: readonly Term[]): Promise<Costs> {
  const costs: Costs = {};
  for (const term of terms) costs[term] = await measure({ ...problem, term });
  return costs;
}

async function measure(measured: Measured): Promise<Cost> {
  const given = ['--import', import.meta.resolve('tsx'), MEASURE, JSON.stringify(measured)];
  const { stdout } = await promisify(execFile)(process.execPath, given);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Cost;
}
