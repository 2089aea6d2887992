import { type Transaction } from '../database.ts';
import { appendEvents, type NewEvent } from '../events.ts';
import { lockJob } from '../jobs/lock.ts';
import { insertPoints, type MetricPoint } from '../metrics.ts';
import { type ReadSweep } from './read-sweep.ts';
import { bestOf } from './rung-moves.ts';
import { type ChildState } from './sweep-state.ts';

/**
 * Writes into the sweep's own history that children have ended, each once: its place is given with it. The best value so far is
 * a metric of the sweep, whose steps count the children that have ended.
 */
export async function tellEnded(
  transaction: Transaction,
  { id, rules, children }: ReadSweep,
  ended: readonly ChildState[],
): Promise<void> {
  const events: NewEvent[] = [];
  const points: MetricPoint[] = [];
  const told: ChildState[] = children.filter(({ place }) => place !== null);
  for (const child of ended) {
    const before = bestOf(told, rules);
    told.push(child);
    const place = told.length;
    await transaction.sweepChild.update({
      where: { sweepId_jobId: { sweepId: id, jobId: child.id } },
      data: { place },
    });
    events.push(endOf(child, { place, metric: rules.metric }));
    const best = bestOf(told, rules);
    if (!best || best.value === null) continue;
    points.push({ name: rules.metric, step: place, value: best.value, at: new Date() });
    if (best === before) continue;
    const data = { step: place, [rules.metric]: best.value };
    events.push({ type: 'evaluation', message: `The best so far: child ${best.index}, ${best.id}`, data });
  }
  const progress = { phase: 'children', done: told.length, total: children.length };
  events.push({ type: 'progress', message: `children: ${told.length} of ${children.length}`, data: progress });
  const locked = await lockJob(transaction, id, events.length);
  await insertPoints(transaction, id, points);
  await appendEvents(transaction, id, locked!.eventSeq, events);
}

function endOf(
  { index, id, status, value, step, isHalved }: ChildState,
  { place, metric }: { place: number; metric: string },
): NewEvent {
  const what = isHalved ? `halved at step ${step}` : status;
  const told = value === null ? '' : `: ${metric} ${value}`;
  return {
    type: 'message',
    level: status === 'failed' ? 'warn' : 'info',
    message: `Child ${index} ${what}${told}`,
    data: { child: id, index, status, halved: isHalved, place, ...(value !== null && { [metric]: value }) },
  };
}
