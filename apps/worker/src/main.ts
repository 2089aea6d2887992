// Takes jobs off the queue, one at a time, until it is told to stop.
import { type Engine } from '@distiller/compute';
import { readFileVariables, startStatusServer, startTracing, traceFields } from '@distiller/operations';
import { createConsumer, createProducer } from '@distiller/queue';
import { createArtifactStore, createStorage, migrate } from '@distiller/storage';
import pino from 'pino';
import { describeWorker } from './describe-worker.ts';
import { readEnvironment } from './environment.ts';
import { createWorkerMetrics } from './metrics.ts';
import { announce } from './presence.ts';
import { probeEngine } from './probe-engine.ts';
import { createHandler } from './take-job.ts';

/** What giving back and closing may take, beyond what the job at work is given. */
const CLOSE_MS = 20_000;

const environment = readEnvironment(readFileVariables(process.env));
const { databaseUrl, queueUrl, artifactsUrl, checkpointEveryMs, gpuJobsOnly, graceMs, statusHost } = environment;
const log = pino({ level: environment.logLevel, mixin: traceFields });
const stopping = new AbortController();

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort());
// Our parent is gone: whoever started us as a child wants us gone with it.
process.on('disconnect', () => stopping.abort());

const stopTracing = await startTracing('distiller-worker');
const engine = await engineOrExit();
await migrate(databaseUrl);
const storage = createStorage({ databaseUrl });
const artifacts = createArtifactStore(artifactsUrl);
const queue = createProducer(queueUrl);
const metrics = createWorkerMetrics();
const self = await describeWorker(engine, { gpuJobsOnly });
const presence = announce(storage, self, log);
const status = await startStatusServer({
  host: statusHost,
  port: environment.statusPort,
  checks: { database: storage, queue, artifacts },
  metrics: metrics.registry,
  draining: stopping.signal,
  onFailure: (name, error) => log.warn({ err: error }, `${name} is not ready`),
});
const context = { storage, artifacts, artifactsUrl, engine: engine.name, checkpointEveryMs, graceMs, log };
const handler = createHandler({ context, presence, metrics, signal: stopping.signal });
const consumer = await createConsumer(queueUrl, handler, {
  lanes: self.gpu ? (gpuJobsOnly ? ['gpu'] : ['gpu', 'any']) : ['any'],
  onError: (error) => log.error({ error: error.message }, 'queue'),
  signal: stopping.signal,
});
const { name, device, reason, passedOver } = engine;
process.send?.({ type: 'ready', engine: name, device, reason, passedOver, ...(status && { statusUrl: status.url }) });
log.info({ worker_id: self.id, status: status?.url }, 'ready');

if (!stopping.signal.aborted) await new Promise((resolve) => stopping.signal.addEventListener('abort', resolve));
log.info('stopping');
presence.drain();
// A queue or a database that is away must not keep us: a job that could not be given back is another's when its lock ends.
setTimeout(() => {
  log.error('stopped without having closed everything');
  process.exit(1);
}, graceMs + CLOSE_MS);
// A job at work ends at its next step, after a checkpoint, and goes back to the queue at once.
await consumer.close();
await presence.leave();
await Promise.all([queue.close(), storage.close(), stopTracing()]);
status?.close();
process.exit(0);

/** A worker without the engine or the GPU that it was asked for takes no job: it ends, not ready, and says what was tried. */
async function engineOrExit(): Promise<Engine> {
  try {
    const found = await probeEngine({ engine: environment.compute, requireGpu: environment.requireGpu });
    log.info(found, 'engine');
    return found;
  } catch (error) {
    log.fatal(`not ready: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}
