import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLabels, type StoredLabels } from '@distiller/rollouts';
import { type DistillInputs } from '../distill.ts';
import { LabellingSpec } from '../spec/index.ts';
import { type LabellingEvent, labelRollouts } from './label-rollouts.ts';

export const HASHES = { teacherSha256: 'a'.repeat(64), rolloutsSha256: 'b'.repeat(64) };

export async function newLabelsPath(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), 'labels-')), 'labels.zarr.zip');
}

/** Fields as a client writes them. */
export function labellingSpec(overrides: object): LabellingSpec {
  return LabellingSpec.parse({ kind: 'labelling', teacher: 'tiny', rollouts: 'tiny', ...overrides });
}

export async function runLabelling(
  overrides: object,
  { teacher, rollouts }: DistillInputs,
  path: string,
): Promise<LabellingEvent[]> {
  const events: LabellingEvent[] = [];
  const inputs = { teacher, rollouts, path, ...HASHES };
  for await (const event of labelRollouts(labellingSpec(overrides), inputs)) events.push(event);
  return events;
}

/** Labels of the inputs' rollouts by their teacher, in a temporary file. */
export async function makeLabels(overrides: object, inputs: DistillInputs): Promise<StoredLabels> {
  const path = await newLabelsPath();
  await runLabelling(overrides, inputs, path);
  return openLabels(path);
}
