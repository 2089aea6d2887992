import { Architecture } from '@distiller/distillation';
import { type EngineName } from '@distiller/compute';
import { JobSpec, ObservationContract } from '@distiller/distillation/spec';
import { ArtifactCorruptError, type ArtifactStore, type Claim, type JobRow, type Storage } from '@distiller/storage';
import { ZodError } from 'zod';
import { type JobOrder } from '../process/messages.ts';
import { type TeacherFiles, type Work } from './work.ts';

export interface OrderContext {
  storage: Storage;
  artifacts: ArtifactStore;
  artifactsUrl: string;
  engine: EngineName;
  checkpointEveryMs: number;
}

/** What the job needs is gone, damaged or not to be read by this version: another attempt would end the same. */
export class InputsLostError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'InputsLostError';
  }
}

/**
 * Gathers what one attempt needs, rows parsed and files at hand.
 * @throws InputsLostError
 */
export async function jobOrder({ job, checkpoint }: Claim, context: OrderContext): Promise<JobOrder> {
  const { engine, artifactsUrl, checkpointEveryMs } = context;
  try {
    const work = await workOf(job, context);
    const files = checkpoint && { step: checkpoint.step, paths: await pathsOf(checkpoint.files, context) };
    return { type: 'begin', engine, artifactsUrl, checkpointEveryMs, checkpoint: files ?? undefined, work };
  } catch (error) {
    throw isLasting(error) ? new InputsLostError(`the job's inputs: ${error.message}`, { cause: error }) : error;
  }
}

async function workOf(job: JobRow, context: OrderContext): Promise<Work> {
  const spec = JobSpec.parse(job.spec);
  const { kind } = spec;
  switch (kind) {
    case 'distillation':
      return {
        kind,
        jobId: job.id,
        spec,
        teacher: await teacherFiles(job, context),
        rolloutsPath: await rolloutsPath(job, context),
        layerTable: job.layerTable,
      };
  }
}

async function teacherFiles({ teacher }: JobRow, { storage, artifacts }: OrderContext): Promise<TeacherFiles> {
  const row = required(await storage.teachers.get(required(teacher?.id, 'teacher')), 'teacher');
  return {
    observation: ObservationContract.parse(row.observation),
    actions: row.actions,
    architecture: Architecture.parse(row.architecture),
    weightsPath: await artifacts.path(row.weights.sha256),
  };
}

async function rolloutsPath({ rollouts }: JobRow, { storage, artifacts }: OrderContext): Promise<string> {
  const row = required(await storage.rollouts.get(required(rollouts?.id, 'rollouts')), 'rollouts');
  return artifacts.path(row.file.sha256);
}

async function pathsOf(
  files: readonly { name: string; sha256: string }[],
  { artifacts }: OrderContext,
): Promise<Record<string, string>> {
  const entries = files.map(async ({ name, sha256 }) => [name, await artifacts.path(sha256)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

function required<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new InputsLostError(`the job's ${what} is gone`);
  return value;
}

function isLasting(error: unknown): error is Error {
  if (error instanceof ArtifactCorruptError || error instanceof ZodError) return true;
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
