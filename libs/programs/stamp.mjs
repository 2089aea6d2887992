import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * True when the product was made from the sources as they are now.
 * @param {string} root
 * @param {import('./stamp.d.mts').Product} product
 */
export function isFresh(root, product) {
  const file = stampFile(root, product);
  if (!existsSync(file) || !existsSync(join(root, product.output))) return false;
  return readFileSync(file, 'utf8') === fingerprint(root, product);
}

/**
 * @param {string} root
 * @param {import('./stamp.d.mts').Product} product
 */
export function stamp(root, product) {
  const file = stampFile(root, product);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, fingerprint(root, product));
}

const stampFile = (root, { name }) => join(root, 'node_modules', '.cache', 'sobolev-distiller', name);

function fingerprint(root, { sources, output }) {
  const hash = createHash('sha256');
  for (const source of sources) {
    for (const file of filesUnder(join(root, source))) {
      if (file.startsWith(join(root, output)) || isNoSource(file)) continue;
      hash.update(file).update('\0').update(readFileSync(file)).update('\0');
    }
  }
  return hash.digest('hex');
}

/** No product is made of tests, of packages, or of what Python leaves beside what it runs. */
const isNoSource = (file) => /\.test\.tsx?$|\/(node_modules|__pycache__|\.mypy_cache)\//.test(file);

function filesUnder(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return [];
  if (found.isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
