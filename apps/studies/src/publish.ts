import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { draw } from './figures/draw.ts';
import { between } from './study/markdown.ts';
import { type Report } from './study/report.ts';
import { type Fact, type Findings, type Study } from './study/study.ts';

const HOME = fileURLToPath(new URL('../', import.meta.url));

/** Where a study's committed rows are. */
export const resultsPath = (study: string) => `${HOME}results/${study}.json`;

export function readReport(study: string): Report | undefined {
  const path = resultsPath(study);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Report) : undefined;
}

/** Draws a study's figures, and writes its part of the README: both follow from its rows alone. */
export function publish(study: Study, report: Report): void {
  const found = study.findings(report.rows, false);
  for (const [name, figure] of Object.entries(found.figures)) writeFileSync(`${HOME}results/${name}.svg`, draw(figure));
  const readme = `${HOME}README.md`;
  writeFileSync(readme, between(readFileSync(readme, 'utf8'), study.name, section(found, report)));
}

function section({ text, facts, figures }: Findings, report: Report): string {
  return [
    provenance(report),
    text,
    ...Object.keys(figures).map((name) => `![${name}](results/${name}.svg)`),
    facts.map(factLine).join('\n'),
  ].join('\n\n');
}

function provenance({ command, from, to, machines, study }: Report): string {
  const day = (date: string) => date.slice(0, 10);
  const when = day(from) === day(to) ? day(from) : `${day(from)} to ${day(to)}`;
  const where = machines.map(({ processor, cores, commit }) => `${processor}, ${cores} cores, commit ${commit}`);
  return `\`${command}\`, ${when}; ${where.join('; ')}; [rows](results/${study}.json).`;
}

/** Claims that the rows do not bear out stand there like the others. */
export function factLine({ claim, holds, detail }: Fact): string {
  return `- ${holds ? 'Shown' : '**Not shown**'}: ${claim} (${detail}).`;
}
