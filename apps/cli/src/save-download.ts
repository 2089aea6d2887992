import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Download } from '@distiller/client';
import { type Session } from './session.ts';

/** Writes what was downloaded, whose sha256 the client has checked, and says where. */
export async function saveDownload({ print }: Session, download: Download, out: string | undefined): Promise<void> {
  // The service names the file, not a folder.
  const path = out ?? basename(download.filename);
  await writeFile(path, download.bytes);
  const { sha256, bytes } = download;
  print({ path, bytes: bytes.length, sha256 }, [`${path}: ${bytes.length} bytes, sha256 ${sha256}`]);
}
