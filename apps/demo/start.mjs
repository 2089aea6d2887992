// `npm run demo`: sets up what is missing, then runs src/main.ts. Until the packages are installed there is nothing to
// import but Node itself and plain files of this clone.
import { fork } from 'node:child_process';
import { once } from 'node:events';

const standalone = (name) => new URL(`../standalone/${name}`, import.meta.url);
const { endSignal } = await import(standalone('end-signal.mjs'));

/** In a session of its own, so that Ctrl-C reaches it through us; it ends when its IPC channel to us closes. */
async function setUp(signal) {
  const child = fork(standalone('setup.mjs'), ['--quiet'], { detached: true });
  const end = () => child.kill('SIGTERM');
  signal.addEventListener('abort', end);
  const [code] = await once(child, 'exit');
  signal.removeEventListener('abort', end);
  return code === 0;
}

const signal = endSignal();
if (await setUp(signal)) {
  const { register } = await import('tsx/esm/api');
  register();
  const { main } = await import('./src/main.ts');
  await main(process.argv.slice(2), signal);
} else process.exitCode = 1;
process.exit(signal.aborted ? 130 : process.exitCode);
