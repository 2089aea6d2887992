/** The emulator refused a request or ended unasked. */
export class ArcadeError extends Error {
  override readonly name: string = 'ArcadeError';
}

/** This machine cannot run the emulator; the message says what to install. */
export class ArcadeUnavailableError extends ArcadeError {
  override readonly name = 'ArcadeUnavailableError';
}
