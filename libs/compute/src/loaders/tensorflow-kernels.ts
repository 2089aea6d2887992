import * as tf from '@tensorflow/tfjs-core';
import { type NodeBackend, type OperationAttribute } from '../graph/node-backend.ts';

type Kernel = (backend: NodeBackend, inputs: Record<string, tf.TensorInfo>) => tf.TensorInfo;

/** Operations of TensorFlow's that tfjs-node puts together from others, or does not have. Layers use them where they are. */
const KERNELS: Record<string, Kernel> = {
  /** dy where y > 0. */
  ReluGrad: (backend, { dy, y }) => backend.executeSingleOutput('ReluGrad', [float(backend)], [dy!, y!]),
  /** x + bias along the last axis, which TensorFlow fuses with a convolution before it in a graph. */
  BiasAdd: (backend, { x, bias }) => backend.executeSingleOutput('BiasAdd', [float(backend)], [x!, bias!]),
  LogSoftmax: (backend, { logits }) => backend.executeSingleOutput('LogSoftmax', [float(backend)], [logits!]),
};

export function registerTensorflowKernels(): void {
  for (const [kernelName, kernel] of Object.entries(KERNELS)) {
    if (tf.getKernel(kernelName, 'tensorflow')) continue;
    tf.registerKernel({
      kernelName,
      backendName: 'tensorflow',
      kernelFunc: ({ inputs, backend }) => kernel(backend as NodeBackend, inputs as Record<string, tf.TensorInfo>),
    });
  }
}

function float({ binding }: NodeBackend): OperationAttribute {
  return { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
}
