import { type EngineName } from '@distiller/compute';
import { JobSpec } from '@distiller/distillation/spec';
import { ArtifactCorruptError, type Claim, type JobRow } from '@distiller/storage';
import { ZodError } from 'zod';
import { type JobOrder } from '../process/messages.ts';
import { createInputs, type InputsContext, InputsLostError } from './inputs.ts';
import { scratchDirectory } from './scratch.ts';
import { type Work } from './work.ts';

export interface OrderContext extends InputsContext {
  artifactsUrl: string;
  engine: EngineName;
  checkpointEveryMs: number;
}

/**
 * Gathers what one attempt needs, rows parsed and files at hand.
 * @throws InputsLostError
 */
export async function jobOrder({ job, checkpoint }: Claim, context: OrderContext): Promise<JobOrder> {
  const { engine, artifactsUrl, checkpointEveryMs } = context;
  const scratch = scratchDirectory(job.id);
  try {
    const work = await workOf(job, context);
    const files = checkpoint && { step: checkpoint.step, paths: await pathsOf(checkpoint.files, context) };
    return {
      type: 'begin',
      ...{ engine, artifactsUrl, checkpointEveryMs, scratch, work },
      checkpoint: files ?? undefined,
      stopAtStep: job.stopAtStep ?? undefined,
    };
  } catch (error) {
    throw isLasting(error) ? new InputsLostError(`the job's inputs: ${error.message}`, { cause: error }) : error;
  }
}

async function workOf(job: JobRow, context: OrderContext): Promise<Work> {
  const spec = JobSpec.parse(job.spec);
  const inputs = createInputs(job, context);
  const jobId = job.id;
  switch (spec.kind) {
    case 'distillation': {
      const [rollouts, labels] = [await inputs.rollouts.optional(), await inputs.labels.optional()];
      return {
        kind: spec.kind,
        jobId,
        spec,
        teacher: await inputs.teacher(),
        rollouts,
        labels,
        layerTable: job.layerTable,
      };
    }
    case 'recording':
      return { kind: spec.kind, spec, teacher: await inputs.teacher(), student: await inputs.student.optional() };
    case 'import':
      return { kind: spec.kind, spec, file: await inputs.file.required() };
    case 'labelling': {
      const [teacherId, rolloutsId] = [inputs.idOf('teacher'), inputs.idOf('rollouts')];
      const [teacher, rollouts] = [await inputs.teacher(), await inputs.rollouts.required()];
      return { kind: spec.kind, jobId, spec, teacher, rollouts, teacherId, rolloutsId };
    }
    case 'evaluation': {
      const [student, rollouts] = [await inputs.student.required(), await inputs.rollouts.optional()];
      return { kind: spec.kind, jobId, spec, teacher: await inputs.teacher(), student, rollouts };
    }
    case 'sweep':
      throw new Error(`${jobId} is a sweep, which no worker takes`);
  }
}

async function pathsOf(
  files: readonly { name: string; sha256: string }[],
  { artifacts }: OrderContext,
): Promise<Record<string, string>> {
  const entries = files.map(async ({ name, sha256 }) => [name, await artifacts.path(sha256)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

function isLasting(error: unknown): error is Error {
  if (error instanceof ArtifactCorruptError || error instanceof ZodError) return true;
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
