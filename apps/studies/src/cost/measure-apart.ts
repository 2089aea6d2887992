import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Cost, type Problem } from './problem.ts';

const MEASURE = fileURLToPath(new URL('./measure.ts', import.meta.url));

/** In a process of its own, so that its memory is its own. */
export async function measureApart(problem: Problem): Promise<Cost> {
  const given = ['--import', import.meta.resolve('tsx'), MEASURE, JSON.stringify(problem)];
  const { stdout } = await promisify(execFile)(process.execPath, given);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Cost;
}
