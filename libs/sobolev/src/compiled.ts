import * as tf from '@tensorflow/tfjs-core';
import { type Parts, takeApart } from './tree.ts';

/** The kernel of engines that run a function as one graph; libs/compute has it for TensorFlow. */
const KERNEL = 'CompiledFunction';

/**
 * A function of tensors (in arrays and plain objects), run as one graph where the engine can, else as it is. It must depend
 * on nothing but these tensors: a number that changes from call to call has to be a scalar. Whatever else stands in what it
 * is given and answers is structure: it is compiled anew for each, and for each set of shapes.
 * @throws Error when an engine that compiles finds that the function depends on something else
 */
export function compiled<Given, Result>(compute: (given: Given) => Result): (given: Given) => Result {
  const functions = new Map<string, Flat<Result>>();
  return (given) => {
    if (!tf.getKernel(KERNEL, tf.getBackend())) return compute(given);
    const parts = takeApart(given);
    const flat = functions.get(parts.structure) ?? flatten(compute, parts);
    functions.set(parts.structure, flat);
    return call(flat, parts.tensors);
  };
}

/** A function from tensors to tensors, and what puts these where they belong. */
interface Flat<Result> {
  compute: (tensors: tf.Tensor[]) => tf.Tensor[];
  rebuild: Parts<Result>['rebuild'];
}

function flatten<Given, Result>(compute: (given: Given) => Result, { rebuild }: Parts<Given>): Flat<Result> {
  let ofResult: Parts<Result>['rebuild'];
  return {
    compute: (tensors) => {
      const result = takeApart(compute(rebuild(tensors)));
      ofResult = result.rebuild;
      return result.tensors;
    },
    rebuild: (results) => ofResult(results),
  };
}

function call<Result>({ compute, rebuild }: Flat<Result>, tensors: readonly tf.Tensor[]): Result {
  const inputs = Object.fromEntries(tensors.entries());
  // A function is no attribute that tfjs knows of, but all it does with attributes is to pass them on.
  const attributes = { compute } as unknown as tf.NamedAttrMap;
  const results = tf.engine().runKernel<tf.Tensor[]>(KERNEL, inputs, attributes);
  return rebuild(results);
}
