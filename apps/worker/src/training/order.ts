import { Architecture } from '@distiller/distillation';
import { DistillationSpec, ObservationContract } from '@distiller/distillation/spec';
import { type EngineName } from '@distiller/compute';
import { type ArtifactStore, type Claim, type Storage } from '@distiller/storage';
import { type TrainingOrder } from './messages.ts';

export interface OrderContext {
  storage: Storage;
  artifacts: ArtifactStore;
  artifactsUrl: string;
  engine: EngineName;
  checkpointEveryMs: number;
}

/** Gathers what one attempt needs, rows parsed and files at hand. */
export async function trainingOrder({ job, checkpoint }: Claim, context: OrderContext): Promise<TrainingOrder> {
  const { storage, artifacts, artifactsUrl, engine, checkpointEveryMs } = context;
  const [teacher, rollouts] = await Promise.all([
    storage.teachers.get(required(job.teacher?.id, 'teacher')),
    storage.rollouts.get(required(job.rollouts?.id, 'rollouts')),
  ]);
  const { weights, ...row } = required(teacher, 'teacher');
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
    rolloutsPath: await artifacts.path(required(rollouts, 'rollouts').file.sha256),
    checkpointPath: checkpoint ? await artifacts.path(checkpoint.sha256) : undefined,
    checkpointEveryMs,
    artifactsUrl,
  };
}

function required<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`the job's ${what} is gone`);
  return value;
}
