import { mul, type Tensor } from '@tensorflow/tfjs-core';
import { type Layer } from './layer.ts';

export interface ElementwiseOptions {
  name: string;
  /** Any shape: it is the output's as well. */
  inputShape: readonly number[];
}

/** An activation φ at one x, each a tensor of x's shape. */
export interface Pointwise {
  /** φ(x). */
  y: Tensor;
  /** φ'(x). */
  slope: Tensor;
  /** φ''(x), computed where it is asked for. Left out where it is zero almost everywhere. */
  bend?: () => Tensor;
}

/**
 * A layer y = φ(x), element by element. J = diag φ'(x) is its own transpose, and ⟨c, J t⟩ = Σ c φ'(x) t:
 *
 * tangent t∘φ', cotangent c∘φ', curvature t∘c∘φ''.
 */
export function elementwise({ name, inputShape }: ElementwiseOptions, phi: (x: Tensor) => Pointwise): Layer {
  return {
    name,
    outputShape: inputShape,
    parameters: [],
    forward: (_weights, x) => {
      const { y, slope, bend } = phi(x);
      return {
        y,
        tangent: (t) => mul(t, slope),
        cotangent: (c) => mul(c, slope),
        gradient: () => [],
        twinGradient: () => [],
        ...(bend && { curvature: (t, c) => mul(mul(t, c), bend()) }),
      };
    },
  };
}
