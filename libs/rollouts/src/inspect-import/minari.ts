import { z } from 'zod';
import { RolloutsError } from '../rollouts-error.ts';
import { listArchive, signature } from './archive.ts';
import { type ArchiveEntry, type Container } from './archive-entry.ts';
import { type InspectedImport } from './import-format.ts';

const HDF5_MAGIC = '\x89HDF\r\n\x1a\n';
const MAIN_FILE = 'main_data.hdf5';
const SUPERBLOCK_BYTES = 96;
const MAX_METADATA_BYTES = 8 * 2 ** 20;
const Metadata = z.object({ total_steps: z.int().min(0) });

/** @throws RolloutsError naming the entry */
export async function inspectMinari(container: Container): Promise<InspectedImport> {
  const head = await signature(container, SUPERBLOCK_BYTES);
  if (head.startsWith(HDF5_MAGIC)) {
    checkSuperblock(MAIN_FILE, Buffer.from(head, 'latin1'), container.size);
    return { frames: null, observation: null };
  }
  const isMain = (name: string) => name.split('/').at(-1) === MAIN_FILE;
  const { entries, whole } = await listArchive(container, (name) => isMain(name) || name.endsWith('metadata.json'));
  const found = [...entries].filter(([name]) => isMain(name));
  if (found.length > 1 || (found.length === 0 && whole)) {
    throw new RolloutsError(`archive: ${found.length} files named ${MAIN_FILE}, one dataset is wanted`);
  }
  for (const [name, entry] of found) checkSuperblock(name, await entry.head(SUPERBLOCK_BYTES), entry.size);
  const metadata = found.map(([name]) => `${name.slice(0, -MAIN_FILE.length)}metadata.json`)[0];
  return { frames: metadata ? await totalSteps(metadata, entries.get(metadata)) : null, observation: null };
}

/** The file's own length stands in its superblock: version 0 and 1, or 2 and 3, of the HDF5 format. */
function checkSuperblock(where: string, head: Uint8Array, size: number): void {
  const bytes = Buffer.from(head);
  if (bytes.subarray(0, 8).toString('latin1') !== HDF5_MAGIC) throw new RolloutsError(`${where}: is no HDF5 file`);
  const version = bytes[8] ?? -1;
  if (version > 3 || bytes.length < 48) throw new RolloutsError(`${where}: is no HDF5 file that is read`);
  const [offsetBytes, endAt] = version < 2 ? [bytes[13], version === 0 ? 40 : 44] : [bytes[9], 28];
  if (offsetBytes !== 8 || bytes.length < endAt + 8) return;
  const end = bytes.readBigUInt64LE(endAt);
  if (end > BigInt(size)) throw new RolloutsError(`${where}: is cut short, ${end} bytes are ${size}`);
}

async function totalSteps(name: string, entry: ArchiveEntry | undefined): Promise<number | null> {
  if (!entry) return null;
  if (entry.size > MAX_METADATA_BYTES) throw new RolloutsError(`${name}: ${entry.size} bytes are too many`);
  try {
    const json: unknown = JSON.parse(Buffer.from(await entry.head(entry.size)).toString('utf8'));
    return Metadata.safeParse(json).data?.total_steps ?? null;
  } catch (cause) {
    if (cause instanceof RolloutsError) throw cause;
    throw new RolloutsError(`${name}: is no JSON`, { cause });
  }
}
