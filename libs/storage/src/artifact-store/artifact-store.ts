import { type Readable } from 'node:stream';
import { type AppendedStaging, type MultipartStaging } from './pieces.ts';
import { type Stored } from './stored.ts';

/** Places of the first and the last byte, counted from 0. */
export interface ByteRange {
  start: number;
  end: number;
}

/** How a download is to be called, and what it is. */
export interface DownloadLabel {
  filename: string;
  mediaType: string;
}

/** Bytes by their sha256, and a staging area for bytes that nobody has vouched for yet. */
export interface ArtifactStore {
  /** Stores the bytes under their hash; once it resolves they survive a crash. */
  put(bytes: Uint8Array | Readable): Promise<Stored>;
  /** A local file with these bytes. @throws ArtifactCorruptError; ENOENT when there are none */
  path(sha256: string): Promise<string>;
  /** The bytes, or some of them, as a stream. @throws as `path` */
  read(sha256: string, range?: ByteRange): Promise<Readable>;
  /** Where anybody may fetch the bytes for a few minutes without us; undefined: nowhere. @throws ENOENT */
  downloadUrl(sha256: string, label: DownloadLabel): Promise<string | undefined>;
  has(sha256: string): Promise<boolean>;
  /** Removes the bytes, unless they were put again within the last `untouchedForMs`. */
  delete(sha256: string, options?: { untouchedForMs?: number }): Promise<void>;

  /** Writes a stream to the staging area. @throws TooManyBytesError, leaving nothing */
  stage(id: string, bytes: Readable, options: { maxBytes: number }): Promise<Stored>;
  /** A local file with staged bytes. @throws ENOENT when there are none */
  stagedPath(id: string): Promise<string>;
  /** Moves staged bytes among the stored ones. */
  promote(id: string, sha256: string): Promise<void>;
  /** Removes staged bytes, if there are any. */
  discard(id: string): Promise<void>;
  /** Removes what was staged before that moment: whoever staged it died before taking it out again. */
  discardOlderThan(moment: Date): Promise<void>;
  /** How bytes come that are staged in pieces, over several connections. */
  pieces: AppendedStaging | MultipartStaging;

  /** Resolves when the store can be written. */
  checkReady(): Promise<void>;
}
