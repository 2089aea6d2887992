import { type NewLabelsAttributes } from './attributes.ts';
import { type LabelsBlock, type LabelsWriter, openLabelsWriter, type SealedLabels } from './writer.ts';

export const FRAMES = 300;
export const ACTIONS = 3;
const OBSERVATION: [number, number, number] = [4, 6, 2];
export const SIZE = 48;

export function labelsAttributes(overrides: Partial<NewLabelsAttributes> = {}): NewLabelsAttributes {
  return {
    teacher_sha256: 'a'.repeat(64),
    rollouts_sha256: 'b'.repeat(64),
    contract_hash: 'c'.repeat(64),
    frames: FRAMES,
    actions: ACTIONS,
    observation: OBSERVATION,
    of: 'log-policy',
    projections: { kind: 'none' },
    directions_version: 1,
    seed: 5,
    versions: { node: 'v20' },
    ...overrides,
  };
}

/** Numbers that zstd makes nothing of, in (−3, 3); the same for the same frame and place. */
export function values(frame: number, count: number, salt: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    const bits = Math.imul((frame + 1) * 7919 + salt * 104_729 + i, 2_654_435_761);
    return (6 * (Math.imul(bits ^ (bits >>> 15), 2_246_822_519) >>> 0)) / 2 ** 32 - 3;
  });
}

/** The block that begins at `start`. */
export function blockAt(writer: LabelsWriter, attributes: NewLabelsAttributes): LabelsBlock {
  const start = writer.done();
  const frames = Math.min(writer.framesPerBlock, attributes.frames - start);
  const k = attributes.projections.kind === 'none' ? 0 : attributes.projections.count;
  const pixels = attributes.observation.reduce((a, b) => a * b, 1);
  const all = (count: number, salt: number) => {
    const whole = new Float32Array(frames * count);
    for (let f = 0; f < frames; f++) whole.set(values(start + f, count, salt), f * count);
    return whole;
  };
  const { actions } = attributes;
  return {
    logProbs: all(actions, 1),
    ...(attributes.projections.kind === 'vjp' && {
      vjp: { directions: all(k * actions, 2), projections: all(k * pixels, 3) },
    }),
    ...(attributes.projections.kind === 'jvp' && { jvp: all(k * actions, 4) }),
  };
}

export async function appendAll(writer: LabelsWriter, attributes: NewLabelsAttributes): Promise<SealedLabels> {
  while (writer.done() < attributes.frames) await writer.append(blockAt(writer, attributes));
  return writer.seal();
}

export async function writeLabels(path: string, attributes: NewLabelsAttributes): Promise<SealedLabels> {
  return appendAll(await openLabelsWriter(path, attributes), attributes);
}
