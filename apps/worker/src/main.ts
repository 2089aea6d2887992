// Takes jobs off the queue, one at a time, until it is told to stop.
import { type Engine } from '@distiller/compute';
import { createConsumer } from '@distiller/queue';
import { createArtifactStore, createStorage, migrate } from '@distiller/storage';
import pino from 'pino';
import { readEnvironment } from './environment.ts';
import { probeEngine } from './probe-engine.ts';
import { runJob } from './run-job.ts';

const environment = readEnvironment(process.env);
const { databaseUrl, queueUrl, artifactsUrl, checkpointEveryMs } = environment;
const log = pino({ level: environment.logLevel });
const stopping = new AbortController();

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort());
// Our parent is gone: whoever started us as a child wants us gone with it.
process.on('disconnect', () => stopping.abort());

const engine = await engineOrExit();
await migrate(databaseUrl);
const storage = createStorage({ databaseUrl });
const artifacts = createArtifactStore(artifactsUrl);
const context = { storage, artifacts, artifactsUrl, engine: engine.name, checkpointEveryMs, log };
const consumer = await createConsumer(queueUrl, ({ jobId }) => runJob(jobId, context, stopping.signal), {
  onError: (error) => log.error({ error: error.message }, 'queue'),
  signal: stopping.signal,
});
const { name, device, reason, passedOver } = engine;
process.send?.({ type: 'ready', engine: name, device, reason, passedOver });
log.info('ready');

if (!stopping.signal.aborted) await new Promise((resolve) => stopping.signal.addEventListener('abort', resolve));
log.info('stopping');
// A job at work ends at its next step, after a checkpoint, and goes back to the queue.
await consumer.close();
await storage.close();
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
