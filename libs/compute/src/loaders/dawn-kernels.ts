import * as tf from '@tensorflow/tfjs-core';

/** Storage buffers that a program may have on every WebGPU device are eight: these terms and their sum. */
const MOST_TERMS = 7;

/** From this inner dimension on tfjs may split a product over workgroups that add with atomics, in whatever order. */
const SPLIT_FROM = 2000;
/** tfjs's numbers for its programs of matrix products. */
const SMALL_OUTPUT = 2;
const PACKED = 3;
/** Outputs up to which the program of small tiles is the quicker one: 16 of the other's tiles of 32×32. */
const SMALL = 16 * 32 * 32;

/**
 * Mends kernels of tfjs's WebGPU backend.
 * - AddN binds a buffer a term, and with more than seven terms the device refuses the program: they are added in groups.
 * - A product over a long inner dimension may come out in other bits each time, and a resumed job must end in the same
 *   bits: it is given to the programs that add in one order.
 */
export function mendKernels(): void {
  mend('AddN', inGroups);
  for (const kernel of ['BatchMatMul', '_FusedMatMul']) mend(kernel, (original) => inOneOrder(original, productSize));
  for (const kernel of ['Conv2D', 'FusedConv2D']) mend(kernel, (original) => inOneOrder(original, convolutionSize));
}

function mend(kernelName: string, mended: (original: tf.KernelFunc) => tf.KernelFunc): void {
  const config = tf.getKernel(kernelName, 'webgpu');
  if (!config) throw new Error(`the webgpu backend has no ${kernelName}`);
  tf.unregisterKernel(kernelName, 'webgpu');
  tf.registerKernel({ ...config, kernelFunc: mended(config.kernelFunc) });
}

type Call = Parameters<tf.KernelFunc>[0];

function inGroups(addN: tf.KernelFunc): tf.KernelFunc {
  return (call) => {
    // tfjs hands a list of tensors to a kernel as the list itself, though the type says a map.
    const add = (terms: tf.TensorInfo[]) => addN({ ...call, inputs: terms as unknown as tf.NamedTensorInfoMap });
    const sum = (terms: tf.TensorInfo[]): tf.TensorInfo => {
      if (terms.length <= MOST_TERMS) return one(add(terms));
      const partial = groups(terms).map((group) => one(add(group)));
      const total = sum(partial);
      for (const { dataId } of partial) (call.backend as tf.KernelBackend).disposeData(dataId);
      return total;
    };
    return sum(Object.values(call.inputs) as tf.TensorInfo[]);
  };
}

function groups<T>(terms: readonly T[]): T[][] {
  const starts = Array.from({ length: Math.ceil(terms.length / MOST_TERMS) }, (_, index) => index * MOST_TERMS);
  return starts.map((start) => terms.slice(start, start + MOST_TERMS));
}

const one = (info: tf.TensorInfo | tf.TensorInfo[]): tf.TensorInfo => (Array.isArray(info) ? info[0]! : info);

interface ProductSize {
  inner: number;
  outputs: number;
}

function inOneOrder(product: tf.KernelFunc, sizeOf: (call: Call) => ProductSize): tf.KernelFunc {
  const program = 'WEBGPU_MATMUL_PROGRAM_TYPE';
  return (call) => {
    const { inner, outputs } = sizeOf(call);
    const before = tf.env().getNumber(program);
    if (inner < SPLIT_FROM || before >= 0) return product(call);
    tf.env().set(program, outputs <= SMALL ? SMALL_OUTPUT : PACKED);
    try {
      return product(call);
    } finally {
      tf.env().set(program, before);
    }
  };
}

/** a [..., rows, inner] · b [..., inner, columns], either of them transposed. */
function productSize({ inputs, attrs }: Call): ProductSize {
  const [a, b] = [inputs['a']!.shape, inputs['b']!.shape];
  const rows = a.at(attrs?.['transposeA'] ? -1 : -2)!;
  const columns = b.at(attrs?.['transposeB'] ? -2 : -1)!;
  return { inner: a.at(attrs?.['transposeA'] ? -2 : -1)!, outputs: rows * columns };
}

/** x [batch, height, width, channels] with a filter [height, width, channels, filters]. */
function convolutionSize({ inputs }: Call): ProductSize {
  const [x, [height, width, channels, filters]] = [inputs['x']!.shape, inputs['filter']!.shape];
  return { inner: height! * width! * channels!, outputs: x[0]! * x[1]! * x[2]! * filters! };
}
