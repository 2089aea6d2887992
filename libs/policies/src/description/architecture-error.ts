/** A layer that cannot stand where it was put; `index` is its place in the list, `field` what is wrong with it. */
export class ArchitectureError extends Error {
  readonly index: number;
  readonly field: string;

  constructor(index: number, field: string, message: string) {
    super(message);
    this.name = 'ArchitectureError';
    this.index = index;
    this.field = field;
  }
}
