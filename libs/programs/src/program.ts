import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { BUNDLE, bundledFile } from '../bundle.mjs';
import { isFresh } from '../stamp.mjs';

/** True inside the bundle, by its maker's word. */
declare const IS_BUNDLED: boolean | undefined;

const ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

/** What node is to be given to run one of our programs. */
export interface Program {
  script: string;
  execArgv: string[];
}

/**
 * A program of the service runs from the bundle made at set-up: it is up seconds sooner and no compiler stays in its memory. While
 * the sources are newer than the bundle, it runs from them. What runs from the bundle starts others from it.
 * @param source the program's first file, `new URL('./main.ts', import.meta.url)`
 */
export function programOf(source: URL): Program {
  const path = fileURLToPath(source);
  isBundleUsed ??= typeof IS_BUNDLED !== 'undefined' || isFresh(ROOT, BUNDLE);
  if (isBundleUsed) return { script: bundledFile(ROOT, path), execArgv: [] };
  return sourceProgram(path);
}

/** A program as it was written, compiled while it is read. */
export function sourceProgram(script: string): Program {
  // `import.meta.resolve` would do, but for the tests' runner, which has none.
  const require = createRequire(import.meta.url);
  return { script, execArgv: ['--import', pathToFileURL(require.resolve('tsx')).href] };
}

/** Found out once: a process and those that it starts are of one version. */
let isBundleUsed: boolean | undefined;
