import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { sourceProgram } from './program.ts';

test('a program runs from its source, wherever that lies and whoever asks', async () => {
  const source = join(await mkdtemp(join(tmpdir(), 'program-')), 'main.ts');
  await writeFile(source, `const answer: number = 42;\nconsole.log(answer);\n`);
  const { script, execArgv } = sourceProgram(source);
  const { stdout } = await promisify(execFile)(process.execPath, [...execArgv, script], { cwd: tmpdir() });
  expect(stdout).toBe('42\n');
});
