import { createRequire } from 'node:module';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { type Device } from '../engine.ts';
import { registerCompiledKernel } from '../graph/compiled-kernel.ts';
import { activate } from './activate.ts';
import { registerTensorflowKernels } from './tensorflow-kernels.ts';

const require = createRequire(import.meta.url);

/** What the set-up found to be in the way. It knows more than we can find out here, and what it says need not be tried. */
const UNAVAILABLE = 'TENSORFLOW_UNAVAILABLE';

/** For TensorFlow's C++, before it is loaded; whoever sets them otherwise has reasons. */
const SETTINGS = {
  // Its banner about CPU instructions says nothing to a user of this service.
  TF_CPP_MIN_LOG_LEVEL: '2',
  // Left to itself it uses oneDNN on processors with AVX-512 VNNI only; with AVX2 alone a step takes half the time by it.
  TF_ENABLE_ONEDNN_OPTS: '1',
  // On CUDA: a job that is resumed ends in the same bits, and float32 means float32 as it does on the other engines.
  TF_DETERMINISTIC_OPS: '1',
  NVIDIA_TF32_OVERRIDE: '0',
  // Workers share a card: memory is taken as it is needed, not all of it at once.
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
};

/** TensorFlow's native kernels: on CUDA when the libraries that were set up find a device, else on the CPU. */
export async function loadTensorflow(): Promise<Device> {
  const unavailable = process.env[UNAVAILABLE];
  if (unavailable) throw new Error(unavailable);
  for (const [name, value] of Object.entries(SETTINGS)) process.env[name] ??= value;
  restoreIsNullOrUndefined();
  require('@tensorflow/tfjs-node-gpu');
  await activate('tensorflow');
  registerTensorflowKernels();
  const { isUsingGpuDevice } = tf.backend() as tf.KernelBackend & { isUsingGpuDevice: boolean };
  if (isUsingGpuDevice) return { kind: 'gpu', name: 'CUDA' };
  // A session of TensorFlow's takes its tensors from the CPU's memory and leaves them there.
  registerCompiledKernel('tensorflow');
  return { kind: 'cpu', name: 'the CPU' };
}

/** tfjs-node 4.22 calls a function that Node 23 took away; the fix was merged there and never released. */
function restoreIsNullOrUndefined(): void {
  const legacy = util as { isNullOrUndefined?: (value: unknown) => boolean };
  legacy.isNullOrUndefined ??= (value) => value === null || value === undefined;
}
