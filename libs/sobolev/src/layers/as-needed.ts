import { type Tensor } from '@tensorflow/tfjs-core';

/** A tensor that is computed when it is first asked for, and again once the scope has ended that it was computed in. */
export function asNeeded<T extends Tensor>(compute: () => T): () => T {
  let kept: T | undefined;
  return () => (kept && !kept.isDisposed ? kept : (kept = compute()));
}
