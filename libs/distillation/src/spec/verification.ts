import { type NamedTensor, referenceLogits, type StoredPolicy } from '@distiller/policies/description';
import { SpecError } from './spec-error.ts';

/** Frames on which every imported policy is shown to answer. */
const FRAMES = 4;
/** By how much logits may differ from those that a reference states, relative to the largest of them. */
const TOLERANCE = 1e-3;

/** What can be seen of an import: whoever has the original can run it on the same frames. */
export interface Verification {
  /** How the frames are made: a formula. */
  frames: string;
  /** [frames, actions] */
  logits: number[][];
  /** Of the reference's logits, where there is one: relative to the largest of them. */
  largestDifference: number | null;
  remarks: string[];
}

export interface ReferenceAnswers {
  observations: NamedTensor;
  logits: NamedTensor;
}

const FORMULA = 'x[n, row, column, frame] = (31 n + 7 row + 11 column + 13 frame + row · column) mod 256, n < 4';

/** Runs the policy on fixed frames and on those of a reference. @throws SpecError `reference_mismatch`, `reference_invalid` */
export function verify(policy: StoredPolicy, remarks: string[], reference: ReferenceAnswers | undefined): Verification {
  const [height, width, stack] = policy.rows[0]!.inputShape as [number, number, number];
  const logits = referenceLogits(policy, fixedFrames(height, width, stack));
  const actions = logits.length / FRAMES;
  const rows = Array.from({ length: FRAMES }, (_, n) => [...logits.subarray(n * actions, (n + 1) * actions)]);
  return {
    frames: FORMULA,
    logits: rows,
    largestDifference: reference ? requireAgreement(policy, reference) : null,
    remarks,
  };
}

/** uint8 [4, height, width, stack] */
export function fixedFrames(height: number, width: number, stack: number): Uint8Array {
  const frames = new Uint8Array(FRAMES * height * width * stack);
  let index = 0;
  for (let n = 0; n < FRAMES; n++)
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++)
        for (let frame = 0; frame < stack; frame++)
          frames[index++] = (31 * n + 7 * row + 11 * column + 13 * frame + row * column) % 256;
  return frames;
}

function requireAgreement(policy: StoredPolicy, { observations, logits }: ReferenceAnswers): number {
  const [input, actions] = [policy.rows[0]!.inputShape, policy.rows.at(-1)!.outputShape];
  const count = logits.shape[0] ?? 0;
  requireShape('observations', observations, [count, ...input]);
  requireShape('logits', logits, [count, ...actions]);
  const own = referenceLogits(policy, Uint8Array.from(observations.data));
  const largest = own.reduce((most, _, index) => Math.max(most, Math.abs(logits.data[index]!)), 1e-30);
  const difference =
    own.reduce((most, value, index) => Math.max(most, Math.abs(value - logits.data[index]!)), 0) / largest;
  if (difference <= TOLERANCE) return difference;
  throw new SpecError(
    'reference_mismatch',
    '/reference',
    `the policy's logits differ from the reference's by ${difference.toPrecision(3)} of the largest, more than ${TOLERANCE}`,
  );
}

function requireShape(name: string, { shape }: NamedTensor, expected: readonly number[]): void {
  if (shape.length === expected.length && expected.every((length, axis) => length === shape[axis]) && shape[0]! > 0)
    return;
  throw new SpecError(
    'reference_invalid',
    '/reference',
    `${name} is [${shape.join(', ')}], not [${expected.join(', ')}]`,
  );
}
