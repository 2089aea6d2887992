import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * True when the product was made from the sources as they are now.
 * @param {string} root
 * @param {import('./stamp.d.mts').Product} product
 */
export async function isFresh(root, product) {
  const made = await readFile(stampFile(root, product), 'utf8').catch(() => undefined);
  return (
    made !== undefined && (await exists(join(root, product.output))) && made === (await fingerprint(root, product))
  );
}

/**
 * @param {string} root
 * @param {import('./stamp.d.mts').Product} product
 */
export async function stamp(root, product) {
  const file = stampFile(root, product);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, await fingerprint(root, product));
}

const stampFile = (root, { name }) => join(root, 'node_modules', '.cache', 'sobolev-distiller', name);

async function fingerprint(root, { sources, output }) {
  const hash = createHash('sha256');
  for (const source of sources) {
    for (const file of await filesUnder(join(root, source))) {
      if (file.startsWith(join(root, output)) || file.includes('/node_modules/')) continue;
      hash
        .update(file)
        .update('\0')
        .update(await readFile(file))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

async function filesUnder(path) {
  const found = await stat(path).catch(() => undefined);
  if (!found) return [];
  if (found.isFile()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

const exists = (path) =>
  access(path).then(
    () => true,
    () => false,
  );
