import { type Archive, type Container, createNames } from './archive-entry.ts';
import { listTar } from './tar.ts';
import { listZip } from './zip.ts';

const ZIP_MAGIC = 'PK';
const GZIP_MAGIC = '\x1f\x8b';

/** The first bytes of a file, as latin1. */
export async function signature({ file }: Container, count: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0);
  return buffer.subarray(0, bytesRead).toString('latin1');
}

/** Lists a zip, tar or tar.gz; `wanted` are the entries whose head will be asked for. @throws RolloutsError naming the entry */
export async function listArchive(container: Container, wanted: (name: string) => boolean): Promise<Archive> {
  const magic = await signature(container, 2);
  const names = createNames();
  if (magic === ZIP_MAGIC) return { entries: await listZip(container, names), whole: true };
  return listTar(container, { names, wanted, packed: magic === GZIP_MAGIC });
}
