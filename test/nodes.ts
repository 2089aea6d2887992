// `npm run test:nodes [-- FILE ...]`: runs tests under each Node that we promise to work on: the oldest, and the newest of
// the later lines. The binaries come from npm, in packages that hold nothing else. Vitest's files are given as to itself.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSIONS = ['20.19.0', '22.23.3', '24.21.0'];
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CACHE = join(ROOT, 'node_modules', '.cache', 'nodes');

/** What meets Node's own interfaces: the engines and all that computes on them, native packages, processes. */
const USUAL = [
  'libs/compute',
  'libs/sobolev',
  'libs/policies',
  'libs/queue',
  'test/engines.test.ts',
  'test/golden.test.ts',
  'apps/worker/src/main.test.ts',
  'apps/worker/src/run-job.test.ts',
];

const files = process.argv.slice(2);
const results = VERSIONS.map((version) => ({
  version,
  ...runTests(nodeOf(version), files.length > 0 ? files : USUAL),
}));
for (const { version, passed, last } of results)
  console.log(`Node ${version}: ${passed ? 'passed' : 'FAILED'} (${last})`);
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;

/** The path of that Node's binary; fetched when it is not here yet. */
function nodeOf(version: string): string {
  const name = `node-${process.platform}-${process.arch}`;
  const directory = join(CACHE, version);
  const binary = join(directory, 'node_modules', name, 'bin', 'node');
  if (existsSync(binary)) return binary;
  mkdirSync(directory, { recursive: true });
  // --prefix alone would find our own package.json above it.
  const args = ['install', '--ignore-scripts', '--no-save', '--no-package-lock', '--prefix', directory];
  const { status } = spawnSync('npm', [...args, `${name}@${version}`], { cwd: directory, stdio: 'inherit' });
  if (status !== 0 || !existsSync(binary)) throw new Error(`npm could not fetch ${name}@${version}`);
  return binary;
}

function runTests(node: string, tests: string[]): { passed: boolean; last: string } {
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const PATH = `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}`;
  const options = { cwd: ROOT, env: { ...process.env, PATH }, encoding: 'utf8', maxBuffer: 1e9 } as const;
  const { status, stdout, stderr } = spawnSync(node, [vitest, 'run', ...tests], options);
  if (status !== 0) console.log(`${stdout}\n${stderr}`);
  return { passed: status === 0, last: stdout.trim().split('\n').at(-1) ?? '' };
}
