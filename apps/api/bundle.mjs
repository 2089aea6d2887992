// Makes dist/main.mjs of the API and of the libraries that it stands on: a process that starts from it has no compiler in it,
// and takes far less memory. Packages from npm stay where they are.
import { readFile, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const HERE = dirname(fileURLToPath(import.meta.url));
const DIST = join(HERE, 'dist');

const ours = {
  name: 'ours',
  setup({ onResolve, onLoad }) {
    // Of all packages only those of this repository are taken in.
    onResolve({ filter: /^@distiller\// }, ({ path }) => ({ path: fileURLToPath(import.meta.resolve(path)) }));
    // What lies beside a source is looked for where the source is.
    onLoad({ filter: /\.(ts|mjs)$/ }, async ({ path }) => {
      const place = `new URL(${JSON.stringify(relative(DIST, path))}, import.meta.url).href`;
      const text = await readFile(path, 'utf8');
      return { contents: text.replaceAll('import.meta.url', place), loader: path.endsWith('.ts') ? 'ts' : 'js' };
    });
  },
};

await rm(DIST, { recursive: true, force: true });
await build({
  entryPoints: [join(HERE, 'src', 'main.ts')],
  outdir: DIST,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  plugins: [ours],
  logLevel: 'warning',
});
