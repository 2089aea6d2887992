/** A policy that cannot be had in a format, or an export that does not give the policy's logits. */
export class ExportError extends Error {
  /** Which export. */
  readonly kind: string;
  /** How far its logits were off, relative to the largest; undefined where it never came to that. */
  readonly difference: number | undefined;

  constructor(kind: string, message: string, difference?: number) {
    super(`${kind}: ${message}`);
    this.name = 'ExportError';
    this.kind = kind;
    this.difference = difference;
  }
}
