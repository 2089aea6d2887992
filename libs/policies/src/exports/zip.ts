import { type Zippable, zipSync } from 'fflate';

/**
 * A zip of entries in this order, stored as they are: float weights do not compress. All have one date, in the local time that
 * zip writes: the same entries make the same bytes at any time and anywhere.
 */
export function storeZip(entries: ReadonlyMap<string, Uint8Array | string>): Uint8Array {
  const files: Zippable = {};
  for (const [name, content] of entries) files[name] = typeof content === 'string' ? Buffer.from(content) : content;
  return zipSync(files, { level: 0, mtime: new Date(1981, 0, 1) });
}
