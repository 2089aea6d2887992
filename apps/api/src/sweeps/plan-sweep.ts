import { setImmediate } from 'node:timers/promises';
import {
  type DistillationSpec,
  halvingSteps,
  rungsOf,
  SpecError,
  type SweepChild,
  sweepChildren,
  sweepError,
  type SweepSpec,
} from '@distiller/distillation/spec';
import { type NewSweep } from '@distiller/storage';
import { common, type JobPlan, planJob } from '../jobs/plan.ts';
import { ProblemError } from '../problems/problem.ts';
import { type Scope } from '../scope.ts';
import { readOnce } from './read-once.ts';
import { type PlannedChild, withSharedLabels } from './sweep-labels.ts';

/** Children looked at before other requests have their turn. */
const AT_ONCE = 20;

export interface SweepPlan {
  sweep: NewSweep;
  children: SweepChild[];
  /** Hashes of the files that its children will read. */
  inputs: string[];
}

/**
 * Makes a sweep's children, each checked as a job that is submitted by itself.
 * @throws ProblemError, SpecError pointing at the parameter, or the field of the base, that makes a child wrong
 */
export async function planSweep(dependencies: Scope, spec: SweepSpec): Promise<SweepPlan> {
  const scope = { ...dependencies, storage: readOnce(dependencies.storage) };
  // First: whether it can be met has nothing to do with the children.
  const job = common(spec);
  const children = sweepChildren(spec);
  const planned: PlannedChild[] = [];
  for (const [at, child] of children.entries()) {
    if (at % AT_ONCE === AT_ONCE - 1) await setImmediate();
    planned.push({ ...child, plan: await planChild(scope, child) });
  }
  const base = await planBase(scope, spec);
  const rungs = rungsFor(spec);
  const sweep: NewSweep = {
    // It needs no worker.
    job: { ...job, ...base, needsGpu: false, totalSteps: totalSteps(spec, children) },
    rules: {
      ...{ metric: spec.metric.name, goal: spec.metric.goal, maxParallel: spec.max_parallel, failures: spec.failures },
      ...{ rungs: rungs.steps, keeps: rungs.keeps },
    },
    modelName: spec.name,
    ...(await withSharedLabels(scope, spec, planned)),
  };
  return { sweep, children, inputs: [...new Set(planned.flatMap(({ plan }) => plan.inputs))] };
}

async function planChild(scope: Scope, { point, spec }: SweepChild): Promise<JobPlan> {
  try {
    return await planJob(scope, spec);
  } catch (error) {
    throw ofSweep(error, point);
  }
}

/** A child's problem as one of the sweep. */
function ofSweep(error: unknown, point: SweepChild['point']): Error {
  if (error instanceof SpecError) return sweepError(point, error);
  const field = error instanceof ProblemError ? error.errors[0] : undefined;
  if (!field) return error instanceof Error ? error : new Error(String(error));
  const { code, pointer = '', detail: message } = field;
  return sweepError(point, { code, pointer, message });
}

/** The sweep's own row names what all of its children have in common. */
async function planBase({ storage }: Scope, { base, parameters }: SweepSpec) {
  const isSame = (field: string) => !(field in parameters);
  const teacher = isSame('teacher') ? await storage.teachers.get(base.teacher) : null;
  const rollouts = isSame('rollouts') && base.rollouts ? await storage.rollouts.get(base.rollouts) : null;
  return { teacherId: teacher?.id, rolloutsId: rollouts?.id };
}

function rungsFor({ search, base }: SweepSpec) {
  return search.kind === 'successive_halving' ? rungsOf(search, base) : { steps: [], keeps: [] };
}

/** As far as it can be known: children may end earlier. */
function totalSteps(sweep: SweepSpec, children: readonly { spec: DistillationSpec }[]): number {
  const { search, base } = sweep;
  const all =
    search.kind === 'successive_halving'
      ? halvingSteps(rungsFor(sweep), { samples: search.samples, last: base.steps })
      : children.reduce((sum, { spec }) => sum + spec.steps, 0);
  // The column's limit: what is beyond it is not told.
  return Math.min(all, 0x7fff_ffff);
}
