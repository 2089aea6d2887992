import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { findArcadePython } from '../../../test/python.ts';
import { ArcadeUnavailableError } from './arcade-error.ts';
import { provideVenv } from './venv.ts';

afterEach(() => vi.unstubAllEnvs());

test('without Python the error says what to install', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'no-python-'));
  const requirements = join(directory, 'requirements.txt');
  await writeFile(requirements, '');
  vi.stubEnv('PATH', directory);
  const providing = provideVenv('test', requirements);
  await expect(providing).rejects.toThrow(ArcadeUnavailableError);
  await expect(providing).rejects.toThrow('apt-get install python3 python3-venv');
});

test.runIf(await findArcadePython())('a package with another hash is not installed, and no venv is left', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'venv-'));
  const requirements = join(directory, 'requirements.txt');
  await writeFile(requirements, `farama-notifications==0.0.6 --hash=sha256:${'0'.repeat(64)}\n`);
  const cache = join(directory, 'cache');
  vi.stubEnv('SOBOLEV_CACHE_DIR', cache);
  const error: unknown = await provideVenv('test', requirements).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ArcadeUnavailableError);
  expect(String(error)).toMatch(/do not match the hashes/i);
  expect(await readdir(cache)).toEqual([]);
});
