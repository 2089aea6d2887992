import { type Answer } from './expected-answers.ts';

/** What onnxruntime answers, on its CPU kernels. */
export async function runOnnx(bytes: Uint8Array, { observations, shape }: Answer): Promise<ArrayLike<number>> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const session = await InferenceSession.create(bytes, { executionProviders: ['cpu'], logSeverityLevel: 3 });
  try {
    const { logits } = await session.run({ observations: new Tensor('uint8', observations, shape) });
    return logits!.data as Float32Array;
  } finally {
    await session.release();
  }
}
