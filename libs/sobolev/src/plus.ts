import { add, type Tensor } from '@tensorflow/tfjs-core';

/** a + b, where null stands for zero. */
export function plus(a: Tensor, b: Tensor | null): Tensor;
export function plus(a: Tensor | null, b: Tensor | null): Tensor | null;
export function plus(a: Tensor | null, b: Tensor | null): Tensor | null {
  return a && b ? add(a, b) : (a ?? b);
}
