import { type Zippable, zipSync } from 'fflate';

/** One date for all, in the local time that zip writes: the same entries make the same bytes at any time and anywhere. */
const MODIFIED = new Date(1981, 0, 1);

/** A zip of entries in this order, stored as they are: float weights do not compress. */
export function storeZip(entries: ReadonlyMap<string, Uint8Array | string>): Uint8Array {
  const files: Zippable = {};
  for (const [name, content] of entries) files[name] = typeof content === 'string' ? Buffer.from(content) : content;
  return zipSync(files, { level: 0, mtime: MODIFIED });
}
