import { Architecture } from '@distiller/distillation';
import { DistillationSpec, ObservationContract } from '@distiller/distillation/spec';
import { type EngineName } from '@distiller/compute';
import {
  ArtifactCorruptError,
  type ArtifactStore,
  type Claim,
  type RolloutsRow,
  type Storage,
  type TeacherRow,
} from '@distiller/storage';
import { ZodError } from 'zod';
import { type TrainingOrder } from './messages.ts';

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
export async function trainingOrder(claim: Claim, context: OrderContext): Promise<TrainingOrder> {
  const { job } = claim;
  const [teacher, rollouts] = await Promise.all([
    context.storage.teachers.get(required(job.teacher?.id, 'teacher')),
    context.storage.rollouts.get(required(job.rollouts?.id, 'rollouts')),
  ]);
  return fillOrder(claim, required(teacher, 'teacher'), required(rollouts, 'rollouts'), context).catch(
    (error: unknown) => {
      throw isLasting(error) ? new InputsLostError(`the job's inputs: ${error.message}`, { cause: error }) : error;
    },
  );
}

async function fillOrder(
  { job, checkpoint }: Claim,
  { weights, ...row }: TeacherRow,
  rollouts: RolloutsRow,
  { artifacts, artifactsUrl, engine, checkpointEveryMs }: OrderContext,
): Promise<TrainingOrder> {
  return {
    type: 'train',
    engine,
    spec: DistillationSpec.parse(job.spec),
    teacher: {
      observation: ObservationContract.parse(row.observation),
      actions: row.actions,
      architecture: Architecture.parse(row.architecture),
      weightsPath: await artifacts.path(weights.sha256),
    },
    rolloutsPath: await artifacts.path(rollouts.file.sha256),
    checkpointPath: checkpoint ? await artifacts.path(checkpoint.sha256) : undefined,
    checkpointEveryMs,
    artifactsUrl,
  };
}

function required<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new InputsLostError(`the job's ${what} is gone`);
  return value;
}

function isLasting(error: unknown): error is Error {
  if (error instanceof ArtifactCorruptError || error instanceof ZodError) return true;
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
