// Joins each program of the service, with the libraries that it stands on, to JavaScript in dist/: a process that starts from
// it has no compiler in it. Packages from npm stay where they are.
import { readFile, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUNDLE, bundledName } from '../../libs/programs/bundle.mjs';

const ROOT = dirname(dirname(import.meta.dirname));
const OUTPUT = join(ROOT, BUNDLE.output);
const PROGRAMS = [
  'api/src/main.ts',
  'worker/src/main.ts',
  'worker/src/engine-process.ts',
  'worker/src/process/main.ts',
];

const ours = {
  name: 'ours',
  setup({ onResolve, onLoad }) {
    // Of all packages only those of this repository are taken in.
    onResolve({ filter: /^@distiller\// }, ({ path }) => ({ path: fileURLToPath(import.meta.resolve(path)) }));
    // What lies beside a source is looked for where the source is.
    onLoad({ filter: /\.(ts|mjs)$/ }, async ({ path }) => {
      const place = `new URL(${JSON.stringify(relative(OUTPUT, path))}, import.meta.url).href`;
      const text = await readFile(path, 'utf8');
      return { contents: text.replaceAll('import.meta.url', place), loader: path.endsWith('.ts') ? 'ts' : 'js' };
    });
  },
};

await rm(OUTPUT, { recursive: true, force: true });
await build({
  entryPoints: PROGRAMS.map((program) => {
    const source = join(ROOT, 'apps', program);
    return { in: source, out: bundledName(ROOT, source) };
  }),
  outdir: OUTPUT,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  define: { IS_BUNDLED: 'true' },
  plugins: [ours],
  logLevel: 'warning',
});
