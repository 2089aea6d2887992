import { DistillationSpec, type SweepSpec } from '@distiller/distillation/spec';
import { z } from 'zod';
import { type Scope } from '../scope.ts';
import { type SweepPlan, planSweep } from './plan-sweep.ts';
import { SweepPoint } from './schema.ts';

/** Children that are shown whole. */
const SHOWN = 3;

/** What a sweep would do. */
export const SweepDryRun = z
  .object({
    children: z.int().describe('how many there would be'),
    labellings: z.int().describe('jobs that would make labels for them first'),
    rungs: z.array(z.int()).describe('steps at which they would be compared'),
    keeps: z.array(z.int()).describe('how many would go on from each'),
    first: z.array(z.object({ point: SweepPoint, spec: DistillationSpec })).describe('the first of them'),
  })
  .meta({ id: 'SweepDryRun' });

export async function planSweepDry(scope: Scope, spec: SweepSpec) {
  const { sweep, children } = await planSweep(scope, spec);
  return { job: sweep.job, sweep: toDryRun({ sweep, children }) };
}

function toDryRun({ sweep, children }: Pick<SweepPlan, 'sweep' | 'children'>): z.infer<typeof SweepDryRun> {
  return {
    children: children.length,
    labellings: sweep.labellings?.length ?? 0,
    rungs: [...sweep.rules.rungs],
    keeps: [...sweep.rules.keeps],
    first: children.slice(0, SHOWN).map(({ point, spec }) => ({ point: { ...point }, spec })),
  };
}
