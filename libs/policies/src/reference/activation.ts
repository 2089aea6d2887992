import { type ActivationSpec } from '../description/layer-spec.ts';
import { erf } from './error-function.ts';

/** The function φ that an activation applies to each element, in double precision. */
export function activation(spec: ActivationSpec): (x: number) => number {
  switch (spec.kind) {
    case 'relu':
      return (x) => (x > 0 ? x : 0);
    case 'leaky-relu':
      return (x) => (x > 0 ? x : spec.slope * x);
    case 'elu':
      return (x) => (x > 0 ? x : spec.alpha * Math.expm1(x));
    case 'gelu':
      return (x) => (x * (1 + erf(x * Math.SQRT1_2))) / 2;
    case 'silu':
      return (x) => x / (1 + Math.exp(-x));
    case 'tanh':
      return Math.tanh;
    case 'softplus':
      return (x) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
  }
}
