import { JobSpec } from '@distiller/distillation/spec';
import { type NewJob, type ProjectStorage } from '@distiller/storage';
import { z } from 'zod';
import { LayerTable } from '../layer-table.ts';
import { type Scope } from '../scope.ts';
import { planSweepDry, SweepDryRun } from '../sweeps/dry-run.ts';
import { planJob } from './plan.ts';
import { Reference } from './schema.ts';

/** What a job would be: all of its checks are done, and nothing is stored. */
export const DryRun = z
  .object({
    dry_run: z.literal(true),
    kind: z.string(),
    spec: JobSpec.describe('with every default'),
    teacher: Reference.nullable(),
    rollouts: Reference.nullable(),
    labels: Reference.nullable(),
    student: LayerTable.nullable().describe('with its parameter count, and the flops of a forward pass'),
    student_model: z.string().nullable(),
    total_steps: z.int(),
    priority: z.int(),
    deadline_at: z.iso.datetime().nullable(),
    seed: z.int().nullable(),
    sweep: SweepDryRun.nullable(),
  })
  .meta({ id: 'JobDryRun' });

export async function dryRun(dependencies: Scope, spec: JobSpec): Promise<z.infer<typeof DryRun>> {
  const { job, sweep } =
    spec.kind === 'sweep'
      ? await planSweepDry(dependencies, spec)
      : { ...(await planJob(dependencies, spec)), sweep: null };
  return {
    dry_run: true,
    kind: job.kind,
    spec,
    ...(await references(dependencies.storage, job)),
    student: LayerTable.nullable().parse(job.layerTable ?? null),
    student_model: job.studentId ?? null,
    total_steps: job.totalSteps,
    priority: job.priority ?? 0,
    deadline_at: job.deadlineAt?.toISOString() ?? null,
    seed: 'seed' in spec ? spec.seed : null,
    sweep,
  };
}

async function references({ teachers, rollouts, labels }: ProjectStorage, job: NewJob) {
  return {
    teacher: await reference(teachers, job.teacherId),
    rollouts: await reference(rollouts, job.rolloutsId),
    labels: await reference(labels, job.labelsId),
  };
}

async function reference(
  table: { get(id: string): Promise<{ id: string; name: string } | null> },
  id: string | undefined,
): Promise<z.infer<typeof Reference> | null> {
  const row = id === undefined ? null : await table.get(id);
  return row && { id: row.id, name: row.name };
}
