/** The emulator refused a request or ended unasked. */
export class ArcadeError extends Error {
  override readonly name: string = 'ArcadeError';
}

/** This machine cannot run the emulator; the message says what to install. */
export class ArcadeUnavailableError extends ArcadeError {
  override readonly name = 'ArcadeUnavailableError';
}

/** A file of recorded play that cannot be imported. */
export class ImportError extends ArcadeError {
  override readonly name = 'ImportError';
  /** Archive entry, dataset or key at fault. */
  readonly where: string;
  /** Step in it, from 0, where one is at fault. */
  readonly index: number | null;

  constructor(where: string, message: string, index: number | null = null) {
    super(`${where}${index === null ? '' : `[${index}]`}: ${message}`);
    this.where = where;
    this.index = index;
  }
}
