import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EngineName } from '@distiller/compute';
import { type TestProject } from 'vitest/node';
import { startPostgres } from '../apps/standalone/src/postgres/server.ts';
import { findProgram } from './programs.ts';
import { startRedis } from './redis.ts';
import { useSwiftShader } from './swiftshader.ts';
import { workingEngines } from './try-engines.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A database on a real server, shared by the run: tests that write make databases of their own on it. */
    postgresUrl: string;
    /** Undefined where there is no redis-server and none can be installed. */
    redisUrl: string | undefined;
    /** Undefined where there is no Chromium and none can be installed. */
    chromiumPath: string | undefined;
    engines: EngineName[];
  }
}

/** What the tests need of the machine, once a run: Postgres, Redis, Chromium, the tensor engines. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(process.getuid?.() === 0 ? '/tmp' : tmpdir(), 'sobolev-test-'));
  // Temporary files of the tests' own lie in it too, and go with it; a Postgres among them runs as another account.
  await chmod(directory, 0o755);
  process.env['TMPDIR'] = directory;
  const logFile = join(directory, 'postgres.log');
  // Its place must let the server's account through: the directory itself is ours.
  const clusterDirectory = `${directory}-cluster`;
  const postgres = await startPostgres({ directory: clusterDirectory, logFile, durable: false });
  const redis = await startRedis(directory);
  const chromiumPath = findProgram('chromium', { packages: ['chromium', 'libvulkan1'] });
  // Chromium brings the driver.
  useSwiftShader();
  project.provide('postgresUrl', postgres.url('postgres'));
  project.provide('redisUrl', redis?.url);
  project.provide('chromiumPath', chromiumPath);
  project.provide('engines', workingEngines());
  if (!redis) console.log('No redis-server: the tests of the queue on Redis are not registered.');
  if (!chromiumPath) console.log('No chromium: the tests of the dashboard in a browser are not registered.');
  return async () => {
    await Promise.all([postgres.stop(), redis?.stop()]);
    await Promise.all([directory, clusterDirectory].map((path) => rm(path, { recursive: true, force: true })));
  };
}
