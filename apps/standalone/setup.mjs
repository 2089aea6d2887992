// Makes a fresh clone ready to run: packages, generated code, the dashboard, the tensor engine. Does only what is not
// done yet. Node built-ins only.
//
//   node apps/standalone/setup.mjs [--quiet] [--no-compute]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { endSignal } from './end-signal.mjs';

/**
 * The steps run in a process group of their own, which ends as a whole: npm, pip and the compiler start processes that
 * we could not name.
 * @param {{ flags: string[], signal: AbortSignal }} options
 * @returns {Promise<boolean>} false when a step failed (it has said why) or the signal ended it
 */
export async function setUp({ flags, signal }) {
  const steps = fork(new URL('setup-steps.mjs', import.meta.url), flags, { detached: true });
  const end = () => steps.kill('SIGTERM');
  if (signal.aborted) end();
  signal.addEventListener('abort', end);
  const [code] = await once(steps, 'exit');
  signal.removeEventListener('abort', end);
  killGroup(steps.pid);
  return code === 0 && !signal.aborted;
}

function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in it: the usual case.
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const signal = endSignal();
  const ready = await setUp({ flags: process.argv.slice(2), signal });
  process.exit(signal.aborted ? 130 : ready ? 0 : 1);
}
