import { type ExportKind } from '../exports/catalogue.ts';
import { ExportError } from '../exports/export-error.ts';
import { type ExpectedAnswers } from './expected-answers.ts';
import { runOnnx } from './run-onnx.ts';
import { runPytorch } from './run-pytorch.ts';
import { runTfjs } from './run-tfjs.ts';

/** What the sums' order may cost in single precision, and no more: relative to the largest logit. */
const TOLERANCE = 1e-5;

/**
 * Runs an exported file with the library that it is for (state dicts: with the plain loops, after reading them back) and holds
 * its logits against the policy's.
 * @returns the largest difference, relative to the largest logit
 * @throws ExportError when the file cannot be run, or its logits are off by more than 1e-5
 */
export async function checkExport(kind: ExportKind, bytes: Uint8Array, expected: ExpectedAnswers): Promise<number> {
  const answers = await running(kind, answer(kind, bytes, expected));
  const difference = relativeDifference(answers, expected.logits);
  // NaN is no pass.
  if (difference <= TOLERANCE) return difference;
  const off = `${difference.toExponential(1)} of the largest, where ${TOLERANCE} is allowed`;
  throw new ExportError(kind, `the exported file's logits are not the policy's: they are off by ${off}`, difference);
}

function answer(kind: ExportKind, bytes: Uint8Array, expected: ExpectedAnswers): Promise<ArrayLike<number>> {
  const { rows, observations } = expected;
  const image = rows[0]!.inputShape;
  const count = observations.length / image.reduce((product, size) => product * size, 1);
  const batch = { observations, shape: [count, ...image] };
  switch (kind) {
    case 'onnx':
      return runOnnx(bytes, batch);
    case 'tfjs':
      return runTfjs(bytes, batch);
    case 'pytorch':
    case 'cleanrl':
    case 'stable-baselines3':
      return runPytorch(kind, bytes, expected);
  }
}

async function running<T>(kind: ExportKind, run: Promise<T>): Promise<T> {
  try {
    return await run;
  } catch (error) {
    if (error instanceof ExportError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ExportError(kind, `the exported file cannot be run: ${reason}`);
  }
}

function relativeDifference(answers: ArrayLike<number>, logits: Float32Array): number {
  if (answers.length !== logits.length) return Infinity;
  const largest = logits.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const difference = logits.reduce((most, value, index) => Math.max(most, Math.abs(value - answers[index]!)), 0);
  return difference === 0 ? 0 : difference / largest;
}
