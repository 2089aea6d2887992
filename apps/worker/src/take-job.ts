import { currentTrace, span, SpanKind } from '@distiller/operations';
import { GivenBackError } from '@distiller/queue';
import { type Claim } from '@distiller/storage';
import { type WorkerMetrics } from './metrics.ts';
import { type Presence } from './presence.ts';
import { JobInterruptedError, type Observer, runJob, type WorkerContext } from './run-job.ts';

export interface TakerOptions {
  context: WorkerContext;
  presence: Presence;
  metrics: WorkerMetrics;
  /** When aborted, the job at work goes back to the queue. */
  signal: AbortSignal;
}

/** What a worker does with a delivery: works on it, seen from outside, and gives it back when it must leave it. */
export function createHandler({ context, presence, metrics, signal }: TakerOptions) {
  return async ({ jobId, kind }: { jobId: string; kind: string }): Promise<void> => {
    const row = await context.storage.jobs.get(jobId);
    const attributes = { 'distiller.job_id': jobId, 'distiller.kind': kind };
    const parent = row?.traceParent ?? undefined;
    presence.setJob(jobId);
    try {
      await span(`process ${kind}`, { kind: SpanKind.CONSUMER, attributes, parent }, () =>
        runJob(jobId, { ...context, observe: (claim) => observer(claim, metrics) }, signal),
      );
    } catch (error) {
      if (error instanceof JobInterruptedError) throw new GivenBackError(error.message, { cause: error });
      throw error;
    } finally {
      metrics.released();
      presence.setJob(null);
    }
  };
}

function observer(claim: Claim, metrics: WorkerMetrics): Observer {
  metrics.claimed(claim);
  const traceParent = currentTrace();
  return {
    env: { ...(traceParent !== undefined && { TRACEPARENT: traceParent }) },
    told: (message) => metrics.told(claim, message),
  };
}
