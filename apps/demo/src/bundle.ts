import { type NewTeacher } from '@distiller/client';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const DATA = join(import.meta.dirname, '..', 'data');

export interface BundledFile {
  bytes: Uint8Array;
  sha256: string;
}

/** The teacher and the recorded play that come with the demo. */
export interface Bundle {
  /** The body of POST /v1/teachers but for its weights. */
  teacher: Omit<NewTeacher, 'weights'>;
  weights: BundledFile;
  rolloutsName: string;
  rollouts: BundledFile;
}

export async function readBundle(): Promise<Bundle> {
  return {
    teacher: JSON.parse(await readFile(join(DATA, 'breakout.json'), 'utf8')) as NewTeacher,
    weights: await readWithHash('breakout.safetensors'),
    rolloutsName: 'breakout-demo',
    rollouts: await readWithHash('breakout.rollouts.zarr.zip'),
  };
}

async function readWithHash(name: string): Promise<BundledFile> {
  const bytes = await readFile(join(DATA, name));
  return { bytes, sha256: sha256Of(bytes) };
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
