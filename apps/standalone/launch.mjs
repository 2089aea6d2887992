// `npm start` and `npm run demo`: sets up what is missing, then runs a TypeScript program of this clone in this very
// process, so that signals reach it. Until the set-up is done there is nothing to import but Node and plain files.
//
//   node apps/standalone/launch.mjs [--no-setup] PROGRAM.ts [ARGUMENT ...]
//
// The program exports `main(args, signal)`, which returns soon after the signal aborts, and sets the exit code.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { endSignal } from './end-signal.mjs';
import { setUp } from './setup.mjs';

const NO_SETUP = '--no-setup';
const given = process.argv.slice(2);
const [program, ...args] = given.filter((argument) => argument !== NO_SETUP);
const signal = endSignal();
const ready = given.includes(NO_SETUP) || (await setUp({ flags: ['--quiet'], signal }));
if (ready) {
  const { register } = await import('tsx/esm/api');
  register();
  const { main } = await import(pathToFileURL(resolve(program)).href);
  await main(args, signal);
} else process.exitCode = signal.aborted ? 130 : 1;
process.exit();
