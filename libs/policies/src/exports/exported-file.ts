import { type StoredPolicy } from '../reference/reference-logits.ts';

/** A policy and what is to be said of it in the file: layers, contract, contract hash, actions. */
export interface ExportRequest extends StoredPolicy {
  metadata: Readonly<Record<string, string>>;
}

/** The same request gives the same bytes, at any time and anywhere. */
export interface ExportedFile {
  /** What the file's name ends in, with its dot. */
  suffix: string;
  mediaType: string;
  bytes: Uint8Array;
}
