import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { STUDY_NAMES, studyOf } from './catalogue.ts';
import { factLine, readReport } from './publish.ts';

const page = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

test.each(STUDY_NAMES)('the page says of %s what its committed rows come to, number by number', (name) => {
  const { rows } = readReport(name)!;
  const { text, facts } = studyOf(name).findings(rows, false);
  const lines = [...text.split('\n'), ...facts.map(factLine)];
  expect(lines.filter((line) => !page.includes(line))).toEqual([]);
});
