import { drawSaliency } from '@distiller/arcade';
import { type NamedTensor, type Policy, writeSafetensors } from '@distiller/policies';
import { argmax } from '../evaluate.ts';
import { labelAll } from '../labels.ts';
import { evenlySpread, holdObservations, type Observations, type RecordedObservations } from '../observations.ts';
import { type SaliencyReport } from '../spec/evaluation-report.ts';
import { type EvaluationFile } from './events.ts';
import { saliencyMaps, type SaliencyMaps } from './saliency-maps.ts';

export interface SaliencyFrames {
  source: SaliencyReport['source'];
  observations: RecordedObservations;
  /** Of which `count` evenly spread ones are shown. */
  indices: Int32Array;
  count: number;
}

type Both<T> = { teacher: T; student: T };

/** Where both look, as pictures and as numbers, and what both would do there. */
export async function compareSaliency(
  policies: Both<Policy>,
  { source, observations: recorded, indices, count }: SaliencyFrames,
): Promise<{ report: SaliencyReport; files: EvaluationFile[] }> {
  const shown = evenlySpread(indices, count);
  const { observations, lists } = await holdObservations(recorded, [shown]);
  const frames = lists[0]!;
  const probabilities = await both(policies, (policy) => probabilityRows(policy, observations, frames));
  // Both are asked about the same action, else the difference would be one of questions.
  const actions = probabilities.teacher.map(argmax);
  const maps = await both(policies, (policy) => saliencyMaps(policy, { observations, indices: frames, actions }));
  const [teacher, student] = [probabilities.teacher, probabilities.student];
  return {
    report: {
      source,
      frames: Array.from(shown, (frame, row) => ({ frame, teacher: teacher[row]!, student: student[row]! })),
    },
    files: [
      {
        name: 'saliency-action.png',
        mediaType: 'image/png',
        bytes: await picture(observations, frames, pick(maps, 'action')),
      },
      {
        name: 'saliency-all.png',
        mediaType: 'image/png',
        bytes: await picture(observations, frames, pick(maps, 'all')),
      },
      {
        name: 'saliency.safetensors',
        mediaType: 'application/octet-stream',
        bytes: numbers(observations, frames, { probabilities, maps }),
      },
    ],
  };
}

async function both<T>({ teacher, student }: Both<Policy>, of: (policy: Policy) => Promise<T>): Promise<Both<T>> {
  return { teacher: await of(teacher), student: await of(student) };
}

function pick({ teacher, student }: Both<SaliencyMaps>, what: keyof SaliencyMaps): Both<Float32Array> {
  return { teacher: teacher[what], student: student[what] };
}

async function probabilityRows(policy: Policy, observations: Observations, frames: Int32Array): Promise<number[][]> {
  const { logProbs, actions } = await labelAll(policy, observations, frames);
  return Array.from(frames, (_, row) => Array.from(logProbs.subarray(row * actions, (row + 1) * actions), Math.exp));
}

async function picture(
  observations: Observations,
  indices: Int32Array,
  { teacher, student }: Both<Float32Array>,
): Promise<Uint8Array> {
  const { height, width } = observations.frames;
  const saliency = [
    { title: 'teacher', values: teacher },
    { title: 'student', values: student },
  ];
  const frames = newestFrames(observations, indices);
  return (await drawSaliency({ count: indices.length, height, width, frames, saliency })).bytes;
}

function newestFrames({ frames: { data, height, width } }: Observations, indices: Int32Array): Uint8Array<ArrayBuffer> {
  const size = height * width;
  const newest = new Uint8Array(indices.length * size);
  for (const [row, frame] of indices.entries()) newest.set(data.subarray(frame * size, (frame + 1) * size), row * size);
  return newest;
}

function numbers(
  observations: Observations,
  indices: Int32Array,
  { probabilities, maps }: { probabilities: Both<number[][]>; maps: Both<SaliencyMaps> },
): Uint8Array {
  const { height, width } = observations.frames;
  const shape = [indices.length, height, width];
  const tensors = new Map<string, NamedTensor>();
  for (const who of ['teacher', 'student'] as const) {
    const rows = probabilities[who];
    const data = Float32Array.from(rows.flat());
    tensors.set(`${who}.probabilities`, { dtype: 'F32', shape: [rows.length, rows[0]!.length], data });
    tensors.set(`${who}.saliency_action`, { dtype: 'F32', shape, data: maps[who].action });
    tensors.set(`${who}.saliency_all`, { dtype: 'F32', shape, data: maps[who].all });
  }
  // Last: behind it floats would not lie at multiples of their size.
  tensors.set('frames', { dtype: 'U8', shape, data: newestFrames(observations, indices) });
  return writeSafetensors({ tensors, metadata: {} });
}
