import { type Job } from '@distiller/client';

/** A job's loss in a word or two: the value term, and the derivative term if there is one. */
export function lossName({ spec }: Pick<Job, 'spec'>): string {
  const { value, derivative } = spec.loss;
  return derivative.kind === 'none' ? value.kind : `${value.kind} + ${derivative.kind}`;
}
