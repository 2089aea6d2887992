import { join, relative } from 'node:path';

/** Our programs, each joined to one file of JavaScript; apps/standalone/bundle.mjs makes them at set-up. */
export const BUNDLE = {
  name: 'programs',
  sources: ['apps/api/src', 'apps/worker/src', 'apps/standalone/bundle.mjs', 'libs', 'package-lock.json'],
  output: 'dist',
};

/**
 * Flat, so that what lies beside a source is as far from each file of the bundle.
 * @param {string} root
 * @param {string} source path of the program's first file
 */
export function bundledName(root, source) {
  return relative(root, source).replace(/\.ts$/, '').replaceAll('/', '.');
}

/**
 * @param {string} root
 * @param {string} source
 */
export function bundledFile(root, source) {
  return join(root, BUNDLE.output, `${bundledName(root, source)}.mjs`);
}
