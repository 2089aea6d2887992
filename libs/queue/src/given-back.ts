/** What a handler throws to give its job back: it waits again at once, first in its lane, and no failure is counted. */
export class GivenBackError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'GivenBackError';
  }
}
