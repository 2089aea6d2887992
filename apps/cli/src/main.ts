import { run } from './program.ts';

// A pipe that is closed early (`… | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
// npm runs scripts in the clone's root: paths are meant from where the command was given.
const { INIT_CWD: givenIn, npm_lifecycle_event: script } = process.env;
if (script === 'distill' && givenIn !== undefined) process.chdir(givenIn);
process.exitCode = await run(process.argv.slice(2));
