// The process of one job. It owns the tensor engine and nothing else; the worker writes the rows.
import { setImmediate } from 'node:timers/promises';
import { loadEngine } from '@distiller/compute';
import { DivergedError, ImportError } from '@distiller/distillation';
import { span, SpanKind, startTracing } from '@distiller/operations';
import { createArtifactStore, StoreUnwritableError } from '@distiller/storage';
import { framesBytes } from '../environment.ts';
import { type JobMessage, type JobOrder, type StopOrder } from './messages.ts';
import { runWork } from './run-work.ts';

const stop = new AbortController();
process.on('disconnect', () => process.exit(1));
process.on('message', (order: JobOrder | StopOrder) => {
  if (order.type === 'stop') stop.abort();
  else void traced(order).then(() => process.disconnect());
});
// The worker decides when a job ends: a terminal's Ctrl-C reaches this process too and must not race it.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

/** The worker's span is this one's parent. */
async function traced(order: JobOrder): Promise<void> {
  const stopTracing = await startTracing('distiller-job');
  const attributes = { 'distiller.kind': order.work.kind, 'distiller.engine': order.engine };
  const parent = process.env['TRACEPARENT'];
  await span(`work ${order.work.kind}`, { kind: SpanKind.INTERNAL, attributes, parent }, () => work(order));
  await stopTracing();
}

async function work(order: JobOrder): Promise<void> {
  const { checkpoint, stopAtStep = Infinity } = order;
  let step = 0;
  try {
    // Whoever was here before has done what there was to do.
    if (checkpoint && checkpoint.step >= stopAtStep) return send({ type: 'stopped', step: checkpoint.step });
    await loadEngine(order.engine);
    const store = createArtifactStore(order.artifactsUrl);
    for await (const told of runWork(order, { store, signal: stop.signal, framesBytes: framesBytes(process.env) })) {
      if ('step' in told) step = told.step ?? step;
      send(told);
      // Its evaluation and its checkpoint are still told.
      if (told.type === 'step' && told.step >= stopAtStep) stop.abort();
      // Training blocks the event loop; between two steps, orders are heard and messages leave.
      await setImmediate();
      if (told.type === 'finished') return;
    }
    send({ type: 'stopped', step });
  } catch (error) {
    send(failure(error));
  }
}

function failure(error: unknown): JobMessage {
  if (error instanceof DivergedError) {
    return { type: 'failed', code: 'diverged', message: error.message, data: { step: error.step, term: error.term } };
  }
  if (error instanceof ImportError) {
    const { where, index } = error;
    return { type: 'failed', code: 'import_invalid', message: error.message, data: { where, index } };
  }
  if (error instanceof StoreUnwritableError) {
    return { type: 'failed', code: 'store_unwritable', message: error.message, data: {} };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { type: 'failed', code: 'job_error', message, data: {} };
}

function send(message: JobMessage): void {
  // The worker may be gone already: then so are we, without a word.
  process.send?.(message, undefined, undefined, (error) => {
    if (error) process.exit(1);
  });
}
