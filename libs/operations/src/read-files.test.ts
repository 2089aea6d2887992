import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readFileVariables } from './read-files.ts';

test('a secret comes from the file that is named, without its last line end; a value that is set wins', () => {
  const directory = mkdtempSync(join(tmpdir(), 'secrets-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'url');
  writeFileSync(file, 'postgres://distiller:secret@db/distiller\n');
  const read = readFileVariables({ DATABASE_URL_FILE: file, QUEUE_URL_FILE: file, QUEUE_URL: 'redis://queue' });
  expect(read).toMatchObject({ DATABASE_URL: 'postgres://distiller:secret@db/distiller', QUEUE_URL: 'redis://queue' });
  expect(() => readFileVariables({ DATABASE_URL_FILE: join(directory, 'none') })).toThrow('none');
});
