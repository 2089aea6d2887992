import * as tf from '@tensorflow/tfjs-core';
import { CompiledFunction } from './compiled-function.ts';
import { type NodeBackend } from './node-backend.ts';
import { type TensorFunction } from './recording.ts';

/** Name of the kernel that runs a function of tensors as one graph. Who uses it asks for it by `tf.getKernel`. */
export const COMPILED = 'CompiledFunction';

/**
 * Registers the kernel: inputs 0, 1, … are the function's, the attribute `compute` is the function itself. It is compiled
 * once for each set of shapes, for as long as someone holds it.
 */
export function registerCompiledKernel(backendName: string): void {
  if (tf.getKernel(COMPILED, backendName)) return;
  const functions = new WeakMap<TensorFunction, CompiledFunction>();
  tf.registerKernel({
    kernelName: COMPILED,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { compute } = attrs as unknown as { compute: TensorFunction };
      let compiled = functions.get(compute);
      if (!compiled) functions.set(compute, (compiled = new CompiledFunction(backend as NodeBackend, compute)));
      return compiled.run(Object.values(inputs) as tf.TensorInfo[], compute);
    },
  });
}
