// The API as a process: listens until it is told to stop.
import { createProducer } from '@distiller/queue';
import { createArtifactStore, createStorage, migrate } from '@distiller/storage';
import { createApp } from './app.ts';
import { connectRedis } from './access/redis.ts';
import { readEnvironment } from './environment.ts';
import { logSettings } from './log.ts';
import { startSweeper } from './sweeper.ts';

/** Time for answers under way when the process is told to stop. */
const CONNECTION_GRACE_MS = 2_000;

const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort());
// Our parent is gone: whoever started us as a child wants us gone with it.
process.on('disconnect', () => stopping.abort());

const { databaseUrl, queueUrl, artifactsUrl, host, port, logLevel, ...rest } = readEnvironment(process.env);
await migrate(databaseUrl);
const storage = createStorage({ databaseUrl });
const producer = createProducer(queueUrl);
const redis = connectRedis(queueUrl);
const dependencies = { storage, producer, artifacts: createArtifactStore(artifactsUrl), redis, ...rest };
const app = await createApp(dependencies, logSettings(logLevel));
if (rest.auth === 'off') app.log.warn('AUTH=off: whoever is on this machine may do everything');
const sweeper = startSweeper(dependencies, app.log);
const url = await app.listen({ host, port });
process.send?.({ type: 'ready', url, auth: rest.auth });

if (!stopping.signal.aborted) await new Promise((resolve) => stopping.signal.addEventListener('abort', resolve));
app.log.info('stopping');
// Event streams end by themselves; a connection that a client keeps for later must not hold us up.
setTimeout(() => app.server.closeAllConnections(), CONNECTION_GRACE_MS).unref();
await sweeper.stop();
await app.close();
redis?.disconnect();
await Promise.all([producer.close(), storage.close()]);
process.exit(0);
