import { crc32, inflateRawSync } from 'node:zlib';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { FormatError } from './imported.ts';

/** A zip file in memory, whose entries were checked before any of them is inflated. */
export interface Archive {
  names: string[];
  /**
   * The entry's bytes; of a stored entry a view of the file's.
   * @throws FormatError where it is missing, damaged, or larger than `maxBytes`
   */
  read(name: string, maxBytes?: number): Promise<Uint8Array>;
}

const [STORED, DEFLATED] = [0, 8];
const MAX_ENTRIES = 4_096;
const MAX_BYTES = 400_000_000;
/** No weights deflate to a hundredth; zeros deflate to a thousandth. Small entries of a header's text may. */
const [MAX_RATIO, ALWAYS_ALLOWED] = [100, 1_000_000];

/**
 * Opens a zip file by its central directory.
 * @throws FormatError where it is no whole zip file, a name leads out of it or stands twice, or it claims to be too large
 */
export async function openArchive(bytes: Uint8Array, where = 'zip file'): Promise<Archive> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const zip = await naming(where, yauzl.fromBufferPromise(buffer, { lazyEntries: true }));
  const entries = await naming(where, listEntries(zip));
  requireSizes([...entries.values()], bytes.byteLength, where);
  return {
    names: [...entries.keys()],
    read: (name, maxBytes = MAX_BYTES) => {
      const entry = entries.get(name);
      if (!entry) return Promise.reject(new FormatError(where, `there is no entry '${name}'`));
      if (entry.uncompressedSize > maxBytes)
        return Promise.reject(new FormatError(name, `${entry.uncompressedSize} bytes are more than ${maxBytes}`));
      return naming(name, readEntry(zip, entry, bytes));
    },
  };
}

/** Whether the file begins as a zip file does. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

async function listEntries(zip: ZipFile): Promise<Map<string, Entry>> {
  if (zip.entryCount > MAX_ENTRIES) throw new Error(`${zip.entryCount} entries are too many`);
  const entries = new Map<string, Entry>();
  // yauzl refuses absolute names and those with '..'.
  for await (const entry of zip.eachEntry()) {
    if (entries.has(entry.fileName)) throw new FormatError(entry.fileName, `the entry stands twice in the archive`);
    entries.set(entry.fileName, entry);
  }
  return entries;
}

function requireSizes(entries: Entry[], fileBytes: number, where: string): void {
  const [packed, unpacked] = [total(entries, 'compressedSize'), total(entries, 'uncompressedSize')];
  if (packed > fileBytes) throw new FormatError(where, `its entries have ${packed} bytes, the file ${fileBytes}`);
  if (unpacked > MAX_BYTES) throw new FormatError(where, `${unpacked} bytes unpacked are more than ${MAX_BYTES}`);
  for (const { fileName, compressedSize, uncompressedSize } of entries) {
    if (uncompressedSize > Math.max(ALWAYS_ALLOWED, compressedSize * MAX_RATIO))
      throw new FormatError(fileName, `${compressedSize} bytes that unpack to ${uncompressedSize}: a zip bomb`);
  }
}

function total(entries: Entry[], size: 'compressedSize' | 'uncompressedSize'): number {
  return entries.reduce((sum, entry) => sum + entry[size], 0);
}

async function readEntry(zip: ZipFile, entry: Entry, bytes: Uint8Array): Promise<Uint8Array> {
  if (entry.isEncrypted()) throw new Error('the entry is encrypted');
  const { fileDataStart: start } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  const data = unpack(entry, bytes.subarray(start, start + entry.compressedSize));
  if (data.byteLength !== entry.uncompressedSize)
    throw new Error(`${data.byteLength} bytes where ${entry.uncompressedSize} are declared`);
  if (crc32(data) !== entry.crc32) throw new Error('damaged: its checksum differs');
  return data;
}

function unpack({ compressionMethod, uncompressedSize }: Entry, data: Uint8Array): Uint8Array {
  if (compressionMethod === STORED) return data;
  if (compressionMethod !== DEFLATED) throw new Error(`compression method ${compressionMethod} is not read`);
  // One byte more than declared is enough to notice.
  return inflateRawSync(data, { maxOutputLength: uncompressedSize + 1 });
}

async function naming<T>(where: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(where, error instanceof Error ? error.message : String(error));
  }
}
