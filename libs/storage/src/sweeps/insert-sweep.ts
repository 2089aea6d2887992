import { json, type Transaction } from '../database.ts';
import { type Prisma } from '../generated/client.ts';
import { insertRow, type NewJob } from '../jobs/insert.ts';
import { type HeldFor } from '../jobs/lock.ts';
import { type SweepRules } from './sweep-state.ts';

/** Whose they are, and what they come from, is the sweep's. */
type NewMember = Omit<NewJob, 'onCreated' | 'isValidating' | 'projectId' | 'keyId' | 'deadlineAt' | 'traceParent'>;

export interface NewSweepChild {
  job: NewMember;
  point: object;
  /** Its place in the sweep; by default that in the list. */
  index?: number | undefined;
  /** The place in `labellings` of the one that it waits for. */
  labelling?: number | null | undefined;
}

export interface NewSweep {
  job: NewJob;
  rules: SweepRules;
  /** Of the best model. */
  modelName?: string | undefined;
  children: readonly NewSweepChild[];
  /** Jobs that make labels for children. */
  labellings?: readonly NewMember[] | undefined;
  /** Children of the sweep of which this one is another try, and their points. */
  carried?: readonly { id: string; index: number; point: object }[] | undefined;
}

/**
 * Writes a sweep and all of its children, or nothing. As many as may be are queued at once, so that their history is that of any job;
 * the others are held.
 * @returns the sweep's id
 */
export async function insertSweep(transaction: Transaction, sweep: NewSweep): Promise<string> {
  const { rules, children, labellings = [], carried = [], modelName } = sweep;
  const { onCreated, ...job } = sweep.job;
  const id = await insertRow(transaction, job);
  await transaction.sweep.create({
    data: { jobId: id, ...rules, rungs: [...rules.rungs], keeps: [...rules.keeps], modelName: modelName ?? null },
  });
  const insert = memberOf(transaction, sweep.job, id);
  const labellingIds: string[] = [];
  for (const labelling of labellings) labellingIds.push(await insert(labelling, { heldFor: null }));
  let room = rules.maxParallel ?? Infinity;
  const places: Prisma.SweepChildCreateManyInput[] = carried.map(({ id: jobId, index, point }, at) => {
    return { sweepId: id, index, jobId, point: json(point), place: at + 1 };
  });
  for (const [at, { job: child, point, index = at, labelling }] of children.entries()) {
    const labellingId = labelling === null || labelling === undefined ? null : (labellingIds[labelling] ?? null);
    const heldFor = labellingId ? 'labels' : room > 0 ? null : 'turn';
    if (heldFor === null) room--;
    const jobId = await insert(child, { heldFor, stopAtStep: rules.rungs[0] ?? null });
    places.push({ sweepId: id, index, jobId, point: json(point), labellingId });
  }
  await transaction.sweepChild.createMany({ data: places });
  // With all of them there: they are the caller's jobs, counted together.
  await onCreated?.(transaction, id);
  return id;
}

function memberOf(transaction: Transaction, parent: NewJob, parentId: string) {
  const { projectId, keyId, deadlineAt, traceParent, isValidating = false } = parent;
  return (job: NewMember, { heldFor, stopAtStep }: { heldFor: HeldFor | null; stopAtStep?: number | null }) => {
    // While the inputs of the whole are looked at, nothing begins.
    const held = heldFor ?? (isValidating ? 'turn' : null);
    const row = { ...job, projectId, keyId, deadlineAt, traceParent };
    return insertRow(transaction, row, { parentId, heldFor: held, stopAtStep: stopAtStep ?? null });
  };
}
