// The steps of setup.mjs, which starts this program at the head of a process group of its own.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { BUNDLE } from '../../libs/programs/bundle.mjs';
import { isFresh, stamp } from '../../libs/programs/stamp.mjs';
import { packagesAreInstalled } from './installed-packages.mjs';
import { createProgress } from './progress.mjs';
import { runQuietly } from './run-quietly.mjs';

const root = dirname(dirname(import.meta.dirname));
const flags = new Set(process.argv.slice(2));
const progress = createProgress({ quiet: flags.has('--quiet') });
const node = process.execPath;

async function installPackages() {
  if (await packagesAreInstalled(root)) return;
  const npm = process.env.npm_execpath?.endsWith('npm-cli.js') ? [node, process.env.npm_execpath] : ['npm'];
  // Development packages too, whatever NODE_ENV says: vite builds the dashboard here.
  const args = ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  await progress.during('installing packages (npm ci)', () => runQuietly([...npm, ...args], { cwd: root }));
}

async function generatePrismaClient() {
  const product = {
    name: 'prisma-client',
    sources: ['prisma/schema.prisma', 'prisma.config.ts', 'node_modules/prisma/package.json'],
    output: 'libs/storage/src/generated',
  };
  if (isFresh(root, product)) return;
  // `generate` insists on downloading an engine for migrations, which it does not use.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', CHECKPOINT_DISABLE: '1' };
  const command = [node, 'node_modules/prisma/build/index.js', 'generate'];
  await progress.during('generating the database client', () => runQuietly(command, { cwd: root, env }));
  stamp(root, product);
}

async function bundlePrograms() {
  if (isFresh(root, BUNDLE)) return;
  const command = [node, join(root, 'apps/standalone/bundle.mjs')];
  await progress.during('bundling the programs', () => runQuietly(command, { cwd: root }));
  stamp(root, BUNDLE);
}

async function buildDashboard() {
  const product = {
    name: 'dashboard',
    sources: ['apps/dashboard', 'libs/client/src', 'node_modules/vite/package.json'],
    output: 'apps/dashboard/dist',
  };
  if (isFresh(root, product)) return;
  const command = [node, join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'];
  const cwd = join(root, 'apps/dashboard');
  await progress.during('building the dashboard', () => runQuietly(command, { cwd }));
  stamp(root, product);
}

async function provisionCompute() {
  const child = fork(join(root, 'libs/compute/provision.mjs'));
  let result;
  const text = 'preparing the tensor engine';
  await progress.during(text, async (say) => {
    child.on('message', (message) => {
      if (message.type === 'progress') say(`${text}: ${message.text}`);
      else result = { tensorflow: message.tensorflow, reason: message.reason };
    });
    await once(child, 'exit');
  });
  result ??= { tensorflow: false, reason: 'TensorFlow could not be set up: its set-up died' };
  const file = join(process.env.DATA_DIR || join(root, '.data'), 'compute.json');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(result)}\n`);
  progress.tell(`native TensorFlow: ${result.tensorflow ? 'yes' : 'no'} (${result.reason})`);
  if (process.env.COMPUTE === 'tensorflow' && !result.tensorflow) {
    throw new Error(`COMPUTE=tensorflow, and ${result.reason}`);
  }
}

/** npm, pip and the compiler are in our group: ending it ends them all, and us. */
function endGroup() {
  process.on('SIGTERM', () => {});
  process.kill(-process.pid, 'SIGTERM');
  setTimeout(() => process.kill(-process.pid, 'SIGKILL'), 2000);
}

process.once('SIGTERM', endGroup);
process.once('disconnect', endGroup);
try {
  await installPackages();
  await generatePrismaClient();
  await bundlePrograms();
  await buildDashboard();
  if (!flags.has('--no-compute')) await provisionCompute();
} catch (error) {
  console.error(`Setting up failed: ${error.message}`);
  process.exitCode = 1;
}
process.off('disconnect', endGroup);
if (process.connected) process.disconnect();
