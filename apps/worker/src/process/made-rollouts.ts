import { inspectRollouts } from '@distiller/distillation/spec';
import { type MadeRollouts } from '@distiller/storage';

/** Rollouts that a job has made, described by what their file says of itself. */
export async function madeRollouts(
  path: string,
  named: Pick<MadeRollouts, 'name' | 'file' | 'source'>,
): Promise<MadeRollouts> {
  return { ...(await inspectRollouts(path)), ...named };
}
