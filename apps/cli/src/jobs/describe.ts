import { type Job } from '@distiller/client';
import { inCell } from '../table.ts';

/** A job in lines: what it is, what it has made, and what to do with that. */
export function describeJob(job: Job): string[] {
  return [`${job.id} ${job.kind} ${job.status}`, ...children(job), ...results(job), ...made(job), ...next(job)];
}

/** Of a sweep: how they stand, and the best of them. */
function children({ sweep }: Job): string[] {
  if (!sweep) return [];
  const { total, ...states } = sweep.children;
  const some = Object.entries(states).filter(([, count]) => count > 0);
  const counts = some.map(([state, count]) => `${count} ${state}`).join(', ');
  const { best, metric } = sweep;
  return [
    `${total} children: ${counts}`,
    ...(best
      ? [`best ${metric} ${Number(best.value.toPrecision(4))}: ${best.job_id} ${pointInWords(best.point)}`]
      : []),
  ];
}

/** `optimizer.learning_rate=0.001 seed=2` */
export function pointInWords(point: Record<string, unknown>): string {
  return Object.entries(point)
    .map(([path, value]) => `${path}=${inCell(value)}`)
    .join(' ');
}

function results({ result }: Job): string[] {
  const known = Object.entries(result ?? {}).filter(([, value]) => value !== null);
  return known.map(([name, value]) => `${name} ${Number(Number(value).toPrecision(4))}`);
}

function made({ made_rollouts: rollouts, made_labels: labels, model, files }: Job): string[] {
  return [
    ...(rollouts ? [`rollouts ${rollouts.name} (${rollouts.id})`] : []),
    ...(labels ? [`labels ${labels.name} (${labels.id})`] : []),
    ...(model === null ? [] : [`model ${model}`]),
    ...(files.length === 0 ? [] : [`files ${files.map(({ name }) => name).join(' ')}`]),
  ];
}

function next({ id, status, model, files }: Job): string[] {
  if (status === 'queued' || status === 'running') return [`distill jobs watch ${id}`];
  if (model !== null) return [`distill models pull ${id}`];
  return files.length === 0 ? [] : [`distill jobs pull ${id} ${files[0]?.name}`];
}
