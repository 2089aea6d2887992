import { type DerivativeTerm, type DerivativeWeight } from './derivative-term.ts';
import { type LossSpec } from './loss.ts';

/** A loss as people write it: 'kl + balanced vjp, on noise'. */
export function lossInWords({ value, derivative, augmentation }: LossSpec): string {
  const terms = [value.kind, derivativeInWords(derivative)].filter((term) => term !== '').join(' + ');
  return [terms, ...augmentation.map(({ kind }) => `on ${kind}`)].join(', ');
}

function derivativeInWords(derivative: DerivativeTerm): string {
  switch (derivative.kind) {
    case 'none':
      return '';
    case 'vjp':
      return `${weightInWords(derivative.weight)} · vjp${conditionInWords(derivative)}`;
    case 'jvp':
      return `${weightInWords(derivative.weight)} · jvp along ${derivative.directions}${conditionInWords(derivative)}`;
  }
}

function conditionInWords({ min_passes: least }: { min_passes: number }): string {
  return least > 0 ? ` from ${least} passes on` : '';
}

function weightInWords(weight: DerivativeWeight): string {
  return weight.kind === 'fixed' ? String(weight.alpha) : `${weight.alpha} (${weight.kind})`;
}
