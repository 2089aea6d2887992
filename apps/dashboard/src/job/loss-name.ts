import { type Job } from '@distiller/client';

type Loss = Extract<Job['spec'], { kind: 'distillation' }>['loss'];

/**
 * A distillation's loss in a few words: the value term, the derivative term if there is one, and what is done to the frames.
 * Of any other job, its kind.
 */
export function lossName({ spec }: Pick<Job, 'spec'>): string {
  if (spec.kind !== 'distillation') return spec.kind;
  const { loss } = spec;
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
