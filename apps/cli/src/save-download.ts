import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Download, type DownloadOptions } from '@distiller/client';
import { say, type Session } from './session.ts';

/** What is downloaded: a name for what is not whole yet, and how. */
export interface Wanted {
  name: string;
  out: string | undefined;
  download: (options: DownloadOptions) => Promise<Download>;
}

/**
 * Writes what is downloaded, whose sha256 the client has checked, and says where. What a broken download has left is kept, in
 * a file `….part`: the same command goes on from there.
 */
export async function saveDownload({ print }: Session, { name, out, download }: Wanted): Promise<void> {
  const unfinished = `${out ?? name}.part`;
  const received = await readFile(unfinished).catch(() => Buffer.alloc(0));
  if (received.length > 0) say(`going on after ${received.length} bytes`);
  const file = openSync(unfinished, received.length > 0 ? 'r+' : 'w');
  const onPiece = (piece: Uint8Array, offset: number) => {
    if (offset === 0) ftruncateSync(file);
    writeSync(file, piece, 0, piece.length, offset);
  };
  const { bytes, sha256, filename } = await download({ received, onPiece }).finally(() => closeSync(file));
  // The service names the file, not a folder.
  const path = out ?? basename(filename);
  await rename(unfinished, path);
  print({ path, bytes: bytes.length, sha256 }, [`${path}: ${bytes.length} bytes, sha256 ${sha256}`]);
}
