/** A term of the loss stopped being a finite number: the job cannot go on, and trying again would end the same. */
export class DivergedError extends Error {
  readonly step: number;
  readonly term: string;

  constructor(step: number, term: string, value: number) {
    super(`${term} became ${value} at step ${step}`);
    this.name = 'DivergedError';
    this.step = step;
    this.term = term;
  }
}
