import { type Readable } from 'node:stream';

export interface Stored {
  sha256: string;
  bytes: number;
}

/** Bytes by their sha256, and a staging area for bytes that nobody has vouched for yet. */
export interface ArtifactStore {
  /** Stores the bytes under their hash; once it resolves they survive a crash. */
  put(bytes: Uint8Array | Readable): Promise<Stored>;
  /** A local file with these bytes. @throws ArtifactCorruptError; ENOENT when there are none */
  path(sha256: string): Promise<string>;
  /** The bytes as a stream. @throws as `path` */
  read(sha256: string): Promise<Readable>;
  has(sha256: string): Promise<boolean>;
  /** Removes the bytes, unless they were put again within the last `untouchedForMs`. */
  delete(sha256: string, options?: { untouchedForMs?: number }): Promise<void>;

  /** Writes a stream to the staging area. @throws TooManyBytesError, leaving nothing */
  stage(id: string, bytes: Readable, options: { maxBytes: number }): Promise<Stored>;
  stagedPath(id: string): string;
  /** Moves staged bytes among the stored ones. */
  promote(id: string, sha256: string): Promise<void>;
  /** Removes staged bytes, if there are any. */
  discard(id: string): Promise<void>;
  /** Removes what was staged before that moment: whoever staged it died before taking it out again. */
  discardOlderThan(moment: Date): Promise<void>;

  /** Resolves when the store can be written. */
  checkReady(): Promise<void>;
}
