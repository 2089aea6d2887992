import { availableParallelism } from 'node:os';
import { spawnSync } from 'node:child_process';
import { type TallyResult } from './tally.ts';

export interface Outcome extends TallyResult {
  name: string;
  harm: string;
  verdict: 'passed' | 'FAILED' | 'NOT RUN';
  seconds: number;
}

/** For a terminal: a line a scenario, and under it what was done, checked and measured. */
export function table(outcomes: Outcome[]): string {
  const lines = outcomes.flatMap((outcome) => {
    const { verdict, name, seconds, harm } = outcome;
    return [
      `${verdict.padEnd(8)} ${name.padEnd(16)} ${seconds.toFixed(0).padStart(4)} s  ${harm}`,
      ...details(outcome),
    ];
  });
  return [...lines, summary(outcomes)].join('\n');
}

function details({ done, checks, figures, failures }: Outcome): string[] {
  const indent = ' '.repeat(9);
  return [
    ...Object.entries(done).map(([what, times]) => `${indent}harm: ${times} × ${what}`),
    ...Object.entries(checks).map(([fact, counts]) => `${indent}${counted(counts)}: ${fact}`),
    ...Object.entries(figures).map(([what, value]) => `${indent}measured: ${what}: ${value}`),
    ...failures.map((failure) => `${indent}FAILED: ${failure.split('\n')[0]}`),
  ];
}

function counted({ passed, failed }: { passed: number; failed: number }): string {
  return failed === 0 ? `held ${passed} of ${passed}` : `HELD ${passed} OF ${passed + failed}`;
}

function summary(outcomes: Outcome[]): string {
  const counts = (['passed', 'FAILED', 'NOT RUN'] as const).map((verdict) => {
    const ofIt = outcomes.filter((outcome) => outcome.verdict === verdict).length;
    return `${ofIt} ${verdict.toLowerCase()}`;
  });
  const seconds = outcomes.reduce((sum, outcome) => sum + outcome.seconds, 0);
  return `${counts.join(', ')}; ${(seconds / 60).toFixed(1)} minutes`;
}

/** The same as a Markdown table, with where and of what it was. */
export function markdown(outcomes: Outcome[], seed: number): string {
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout.trim();
  const date = new Date().toISOString().slice(0, 10);
  const rows = outcomes.map(({ name, harm, verdict, seconds, done, checks, figures }) => {
    const list = (entries: string[]) => entries.join('<br>');
    return [
      `\`${name}\`: ${harm}`,
      list(Object.entries(done).map(([what, times]) => `${times} × ${what}`)),
      list([
        ...Object.entries(checks).map(([fact, counts]) => `${counted(counts)}: ${fact}`),
        ...Object.entries(figures).map(([what, value]) => `(${what}: ${value})`),
      ]),
      seconds.toFixed(0),
      verdict,
    ];
  });
  const head = ['harm', 'how much was done', 'what was checked', 'seconds', 'verdict'];
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const where = `${date}, commit ${commit}, ${availableParallelism()} cores, \`npm run test:faults -- --seed ${seed}\``;
  const table = [line(head), line(head.map(() => '---')), ...rows.map(line)];
  return `${where}: ${summary(outcomes)}.\n\n${table.join('\n')}\n`;
}
