import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * True when node_modules holds what package-lock.json asks for. npm writes node_modules/.package-lock.json last, so an
 * install that was cut short does not count.
 */
export async function packagesAreInstalled(root) {
  const wanted = await lockedPackages(join(root, 'package-lock.json'));
  const found = await lockedPackages(join(root, 'node_modules', '.package-lock.json')).catch(() => undefined);
  if (!found) return false;
  for (const [path, entry] of Object.entries(wanted)) {
    // The root and the workspaces themselves, and packages of other platforms, are not in node_modules.
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) continue;
    const there = found[path];
    if (!there && entry.optional) continue;
    if (!there || there.version !== entry.version || there.integrity !== entry.integrity) return false;
    if (entry.link && !(await exists(join(root, path)))) return false;
  }
  return true;
}

const lockedPackages = async (file) => JSON.parse(await readFile(file, 'utf8')).packages;

const exists = (path) =>
  access(path).then(
    () => true,
    () => false,
  );
