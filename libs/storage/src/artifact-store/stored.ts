/** What became of bytes that were written. */
export interface Stored {
  sha256: string;
  bytes: number;
}
