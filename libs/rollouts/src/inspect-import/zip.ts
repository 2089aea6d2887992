import { type Readable } from 'node:stream';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { RolloutsError } from '../rollouts-error.ts';
import { naming } from '../zip-reader.ts';
import { type ArchiveEntry, checkRatio, type Container, type Names } from './archive-entry.ts';

const STORED = 0;
const DEFLATED = 8;
const FILE_TYPE = 0o170000;
const SYMBOLIC_LINK = 0o120000;

/** The files of a zip by their names. @throws RolloutsError naming the entry */
export async function listZip({ file, size }: Container, names: Names): Promise<Map<string, ArchiveEntry>> {
  const options = { lazyEntries: true, autoClose: false, strictFileNames: true };
  const zip = await naming('zip file', yauzl.fromFdPromise(file.fd, options));
  const read = async () => {
    for await (const entry of zip.eachEntry()) {
      names.check(entry.fileName);
      if (entry.fileName.endsWith('/')) continue;
      checkEntry(entry, size);
      names.add(entry.fileName, { size: entry.uncompressedSize, head: (count) => head(zip, entry, count) });
    }
  };
  await naming('zip file', read());
  return names.entries;
}

function checkEntry(entry: Entry, fileSize: number): void {
  const name = entry.fileName;
  if (((entry.externalFileAttributes >>> 16) & FILE_TYPE) === SYMBOLIC_LINK) {
    throw new RolloutsError(`${name}: is a link`);
  }
  if (entry.isEncrypted()) throw new RolloutsError(`${name}: is encrypted`);
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
    throw new RolloutsError(`${name}: is neither stored nor deflated`);
  }
  if (entry.relativeOffsetOfLocalHeader + entry.compressedSize > fileSize) {
    throw new RolloutsError(`${name}: ends after the end of the file`);
  }
  checkRatio(name, entry.uncompressedSize, entry.compressedSize);
}

async function head(zip: ZipFile, entry: Entry, count: number): Promise<Uint8Array> {
  return naming(
    entry.fileName,
    zip.openReadStreamPromise(entry).then((stream) => firstBytes(stream, count)),
  );
}

/** As many bytes as there are up to `count`; the rest is not read. */
async function firstBytes(stream: Readable, count: number): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of stream) {
    pieces.push(piece as Buffer);
    length += (piece as Buffer).length;
    if (length >= count) break;
  }
  return Buffer.concat(pieces).subarray(0, count);
}
