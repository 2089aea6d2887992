import { type Job } from '@distiller/client';

type Loss = Job['spec']['loss'];

/** A job's loss in a few words: the value term, the derivative term if there is one, and what is done to the frames. */
export function lossName({ spec: { loss } }: Pick<Job, 'spec'>): string {
  const terms = [loss.value.kind, derivativeName(loss.derivative)].filter((name) => name !== '').join(' + ');
  return [terms, ...loss.augmentation.map(({ kind }) => kind)].join(', ');
}

function derivativeName(derivative: Loss['derivative']): string {
  switch (derivative.kind) {
    case 'none':
      return '';
    case 'vjp':
      return 'vjp';
    case 'jvp':
      return `jvp (${derivative.directions})`;
  }
}
