// The API as a process: listens until it is told to stop.
import { setTimeout as sleep } from 'node:timers/promises';
import { readFileVariables, startStatusServer, startTracing, traceFields } from '@distiller/operations';
import { createProducer } from '@distiller/queue';
import { createArtifactStore, createStorage, migrate } from '@distiller/storage';
import { createApp } from './app.ts';
import { connectRedis } from './access/redis.ts';
import { readEnvironment } from './environment.ts';
import { logSettings } from './log.ts';
import { createServiceMetrics } from './operations/service-metrics.ts';
import { startSweeper } from './sweeper.ts';
import { createWebhookMetrics } from './webhooks/metrics.ts';
import { startWebhookSender } from './webhooks/sender.ts';
import { createUrlGuard } from './webhooks/url-guard.ts';

const CLOSE_MS = 20_000;

const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort());
// Our parent is gone: whoever started us as a child wants us gone with it.
process.on('disconnect', () => stopping.abort());

const environment = readEnvironment(readFileVariables(process.env));
const { databaseUrl, queueUrl, artifactsUrl, host, port, logLevel, graceMs, drainMs, webhooksAllow, ...rest } =
  environment;
const stopTracing = await startTracing('distiller-api');
await migrate(databaseUrl);
const storage = createStorage({ databaseUrl });
const producer = createProducer(queueUrl);
const redis = connectRedis(queueUrl);
const artifacts = createArtifactStore(artifactsUrl);
const webhookGuard = createUrlGuard({ allow: webhooksAllow });
const dependencies = { storage, producer, artifacts, redis, webhookGuard, draining: stopping.signal, ...rest };
const metrics = createServiceMetrics(dependencies);
const app = await createApp(dependencies, { ...logSettings(logLevel), mixin: traceFields }, metrics);
if (rest.auth === 'off') app.log.warn('AUTH=off: whoever is on this machine may do everything');
const sweeper = startSweeper(dependencies, app.log);
const webhookSender = startWebhookSender({
  sending: storage.webhookSending,
  guard: webhookGuard,
  log: app.log,
  metrics: createWebhookMetrics(metrics),
});
const status = await startStatusServer({
  host: rest.statusHost,
  port: rest.statusPort,
  checks: { database: storage, queue: producer, artifacts },
  metrics,
  draining: stopping.signal,
  onFailure: (name, error) => app.log.warn({ err: error }, `${name} is not ready`),
});
const url = await app.listen({ host, port });
process.send?.({ type: 'ready', url, auth: rest.auth, ...(status && { statusUrl: status.url }) });

if (!stopping.signal.aborted) await new Promise((resolve) => stopping.signal.addEventListener('abort', resolve));
app.log.info('stopping');
await sleep(drainMs);
// A queue or a database that is away must not keep us.
setTimeout(() => {
  app.log.error('stopped without having closed everything');
  process.exit(1);
}, graceMs + CLOSE_MS).unref();
// Event streams end by themselves; a connection that a client keeps for later must not hold us up.
setTimeout(() => app.server.closeAllConnections(), graceMs).unref();
await Promise.all([sweeper.stop(), webhookSender.stop(graceMs)]);
await app.close();
redis?.disconnect();
await Promise.all([producer.close(), storage.close(), stopTracing()]);
status?.close();
process.exit(0);
