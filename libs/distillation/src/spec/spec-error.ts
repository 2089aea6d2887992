/** A request that is well-formed and still cannot be granted; `pointer` (RFC 6901) names the field at fault. */
export class SpecError extends Error {
  readonly code: string;
  readonly pointer: string;

  constructor(code: string, pointer: string, message: string) {
    super(message);
    this.name = 'SpecError';
    this.code = code;
    this.pointer = pointer;
  }
}
