import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Engine, ENGINES } from '@distiller/compute';
import { z } from 'zod';
import { TYPESCRIPT_ARGUMENTS } from './typescript-arguments.ts';

const Probed = z.object({ name: z.enum(ENGINES), reason: z.string() });

/**
 * Finds out in a process of its own which engine works here, so that this one stays small and outlives a crash in it.
 * @throws when the engine asked for does not work
 */
export async function probeEngine(compute: string): Promise<Engine> {
  const script = fileURLToPath(new URL('./engine-process.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...TYPESCRIPT_ARGUMENTS, script, compute]);
  return Probed.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}
