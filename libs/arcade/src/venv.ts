import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ArcadeUnavailableError } from './arcade-error.ts';

const run = promisify(execFile);
const INSTALL_TIMEOUT_MS = 10 * 60_000;

/**
 * The python of a virtual environment that holds exactly `requirementsFile`; made on first use, then kept in the cache
 * under a name that changes with the requirements and the Python it was made with.
 * @throws ArcadeUnavailableError saying what to install
 */
export async function provideVenv(name: string, requirementsFile: string): Promise<string> {
  const requirements = await readFile(requirementsFile);
  const hash = createHash('sha256')
    .update(requirements)
    .update(await pythonVersion());
  const cache = cacheDirectory();
  const venv = join(cache, `${name}-venv-${hash.digest('hex').slice(0, 16)}`);
  const python = join(venv, 'bin', 'python');
  if (await exists(python)) return python;
  await mkdir(cache, { recursive: true });
  // Made aside and moved: a venv that is there is whole, and of two processes that make one, either may win.
  const unfinished = await mkdtemp(join(cache, `${name}-unfinished-`));
  try {
    await install(unfinished, requirementsFile);
    await rename(unfinished, venv);
  } catch (error) {
    if (!(await exists(python))) throw error;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return python;
}

async function install(venv: string, requirementsFile: string): Promise<void> {
  await explaining(
    run('python3', ['-m', 'venv', venv]),
    "Python's venv module is incomplete. On Debian: apt-get install python3-venv",
  );
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'];
  const only = ['--require-hashes', '--only-binary', ':all:', '--requirement', requirementsFile];
  await explaining(
    run(join(venv, 'bin', 'python'), [...pip, ...only], { timeout: INSTALL_TIMEOUT_MS }),
    `pip could not install ${requirementsFile}. It needs Python 3.10 to 3.14 and a package index`,
  );
}

/** Version and platform. @throws ArcadeUnavailableError when there is no Python */
async function pythonVersion(): Promise<string> {
  const script = 'import sys, sysconfig; print(sys.version, sysconfig.get_platform())';
  const found = await explaining(
    run('python3', ['-c', script]),
    'There is no python3. On Debian: apt-get install python3 python3-venv',
  );
  return found.stdout;
}

/** Says what to do before what the program said. */
async function explaining<T>(program: Promise<T>, advice: string): Promise<T> {
  try {
    return await program;
  } catch (cause) {
    const { stderr, stdout, message } = cause as { stderr?: string; stdout?: string; message: string };
    throw new ArcadeUnavailableError(`${advice}. (${(stderr || stdout || message).trim()})`, { cause });
  }
}

function cacheDirectory(): string {
  const { SOBOLEV_CACHE_DIR, XDG_CACHE_HOME } = process.env;
  return SOBOLEV_CACHE_DIR ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'sobolev-distiller');
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
