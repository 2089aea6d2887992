import { loadPolicy, readSafetensors } from '@distiller/client';

/** What the student's logits may differ by between this machine's plain loops and the service's tensor engine. */
export const LOGIT_TOLERANCE = 1e-5;

/**
 * The largest difference between the logits that the downloaded student gives here and those that the service gave, on
 * the held-out observations that the service sends along.
 * @throws TypeError when one of the files is not what it should be
 */
export function maxLogitDifference(student: Uint8Array, reference: Uint8Array): number {
  const { tensors } = readSafetensors(reference);
  const [observations, expected] = [tensors.get('observations'), tensors.get('logits')];
  if (!(observations?.data instanceof Uint8Array) || !(expected?.data instanceof Float32Array))
    throw new TypeError('The reference file holds no observations and logits.');
  const logits = loadPolicy(student).logits(observations.data, observations.shape[0] ?? 0);
  if (logits.length !== expected.data.length) throw new TypeError('The student has another number of actions.');
  // Not Math.max of plain differences alone: NaN must not pass for agreement.
  return expected.data.reduce((worst, value, index) => {
    const difference = Math.abs(value - (logits[index] ?? NaN));
    return Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
  }, 0);
}
