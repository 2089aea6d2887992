import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where a job's process puts what is not yet an artifact. */
export function scratchDirectory(jobId: string): string {
  return join(tmpdir(), `sobolev-distiller-${process.getuid?.() ?? 'user'}`, jobId);
}
