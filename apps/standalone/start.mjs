// `npm start`: sets up what is missing, then brings Postgres, the API and a worker up and keeps them up.
//
//   node apps/standalone/start.mjs [--no-setup]
import { endSignal } from './end-signal.mjs';
import { setUp } from './setup.mjs';

const signal = endSignal();
const flags = process.argv.slice(2);
const ready = flags.includes('--no-setup') || (await setUp({ flags: ['--quiet'], signal }));
if (ready) {
  // Only now are there packages to import. The services' parent is this very process, so that signals reach it.
  const { register } = await import('tsx/esm/api');
  register();
  const { main } = await import('./src/main.ts');
  await main(signal);
} else if (!signal.aborted) process.exitCode = 1;
process.exit(signal.aborted && !ready ? 130 : process.exitCode);
