import {
  DIRECTIONS_VERSION,
  type DistillationSpec,
  type LabelsDescription,
  shareLabels,
  type SweepChild,
  type SweepSpec,
} from '@distiller/distillation/spec';
import { type LabelsRow, type NewJob, type NewSweep, type ProjectStorage } from '@distiller/storage';
import { type JobPlan, planJob } from '../jobs/plan.ts';
import { seen } from '../jobs/references.ts';
import { type Scope } from '../scope.ts';

/** A child, and what the checks of a job of its own have found. */
export interface PlannedChild extends SweepChild {
  plan: JobPlan;
}

/** The rows of a sweep's jobs: its children, each with the labels that it shares with others, and those that make such labels. */
export async function withSharedLabels(
  scope: Scope,
  sweep: SweepSpec,
  planned: readonly PlannedChild[],
): Promise<Required<Pick<NewSweep, 'children' | 'labellings'>>> {
  const children = planned.map(({ plan: { job }, point }) => ({ job, point, labelling: null as number | null }));
  const labellings: NewJob[] = [];
  const groups = sweep.share_labels ? ofSamePair(planned) : [];
  for (const members of groups) {
    const specs = members.map((at) => planned[at]!.spec);
    const rows = await labelsOf(scope.storage, specs[0]!);
    const pair = await pairOf(scope.storage, specs[0]!, rows);
    if (!pair) continue;
    const shared = shareLabels(specs, pair, ({ steps }) => stepsAtLeast(sweep, steps));
    for (const [place, at] of members.entries()) {
      const { stored, labelling } = shared.of[place]!;
      if (stored !== null) children[at]!.job = { ...children[at]!.job, labelsId: rows[stored]?.id };
      if (labelling !== null) children[at]!.labelling = labellings.length + labelling;
    }
    for (const labelling of shared.labellings) labellings.push((await planJob(scope, labelling)).job);
  }
  return { children, labellings };
}

/** Places of children with the same teacher and rollouts. */
function ofSamePair(planned: readonly PlannedChild[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const [at, { plan }] of planned.entries()) {
    const key = `${plan.job.teacherId} ${plan.job.rolloutsId}`;
    groups.set(key, [...(groups.get(key) ?? []), at]);
  }
  return [...groups.values()];
}

async function labelsOf({ teachers, rollouts, labels }: ProjectStorage, spec: DistillationSpec): Promise<LabelsRow[]> {
  const [teacher, recorded] = [await teachers.get(spec.teacher), await rollouts.get(spec.rollouts ?? '')];
  return teacher && recorded ? labels.of({ teacherId: teacher.id, rolloutsId: recorded.id }) : [];
}

/** Undefined where the frames are yet to be played. */
async function pairOf({ teachers, rollouts }: ProjectStorage, spec: DistillationSpec, rows: readonly LabelsRow[]) {
  const teacher = await teachers.get(spec.teacher);
  const recorded = spec.rollouts === undefined ? null : await rollouts.get(spec.rollouts);
  if (!teacher || !recorded) return undefined;
  const { observation, actions } = seen(teacher);
  return {
    ...{ teacher: teacher.id, rollouts: recorded.id, frames: recorded.frames, actions: actions.length },
    ...{ pixels: observation.height * observation.width, stack: observation.stack },
    stored: rows.map((row) => describe(row, actions.length)),
  };
}

/** As its file says: what was written by another version of the directions, the worker sees and computes anew. */
function describe({ projections }: LabelsRow, actions: number): LabelsDescription {
  const { of, ...stored } = projections as { of: LabelsDescription['of'] } & LabelsDescription['projections'];
  return {
    actions,
    of,
    projections: stored,
    directions_version: DIRECTIONS_VERSION,
  };
}

function stepsAtLeast({ search }: SweepSpec, steps: number): number {
  return search.kind === 'successive_halving' ? search.min_steps : steps;
}
