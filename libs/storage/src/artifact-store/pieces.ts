import { type Readable } from 'node:stream';
import { type Stored } from './stored.ts';

/** Bytes are appended to a staged file of ours, which may be unfinished for a day. */
export interface AppendedStaging {
  kind: 'appended';
  /** How many bytes of it there are; 0 before the first. */
  length(id: string): Promise<number>;
  /**
   * Writes a stream from `offset` on, which is where the bytes before end.
   * With `checksum` what does not have it is taken away again; without, what came before a stream broke stays.
   * @returns the new length
   * @throws TooManyBytesError, ChecksumError: the length is `offset` then; whatever the stream throws
   */
  append(id: string, bytes: Readable, piece: Piece): Promise<number>;
  /** Flushes and hashes the whole. */
  finish(id: string): Promise<Stored>;
}

export interface Piece {
  offset: number;
  /** Of the whole. */
  maxBytes: number;
  checksum?: Checksum | undefined;
}

export interface Checksum {
  algorithm: 'sha1' | 'sha256';
  base64: string;
}

/** Parts are sent to the store itself, at addresses that we sign. `token` is the store's name for the upload. */
export interface MultipartStaging {
  kind: 'multipart';
  begin(id: string): Promise<string>;
  /** Where that many bytes may be PUT for an hour. */
  partUrl(id: string, token: string, part: { number: number; bytes: number }): Promise<string>;
  /** The parts that have arrived, by their number; undefined: they were joined already. */
  parts(id: string, token: string): Promise<Part[] | undefined>;
  /** Once joined, none of them can be replaced. */
  join(id: string, token: string, parts: Part[]): Promise<void>;
  /** Reads the whole once to hash it. @throws ENOENT when it was never joined */
  finish(id: string): Promise<Stored>;
  abort(id: string, token: string): Promise<void>;
}

export interface Part {
  number: number;
  etag: string;
  bytes: number;
}
