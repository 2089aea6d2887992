import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { isRunning, waitUntil } from '../../../../test/processes.ts';
import { ensureDatabase, type PostgresServer, startPostgres } from './server.ts';

async function scratchCluster(): Promise<{ directory: string; logFile: string }> {
  const scratch = await mkdtemp(join(tmpdir(), 'sobolev-postgres-'));
  const paths = { directory: `${scratch}-cluster`, logFile: join(scratch, 'log') };
  onTestFinished(async () => {
    for (const path of [scratch, paths.directory]) await rm(path, { recursive: true, force: true });
  });
  return paths;
}

async function start(paths: { directory: string; logFile: string }): Promise<PostgresServer> {
  const server = await startPostgres({ ...paths, durable: false });
  onTestFinished(() => server.stop());
  return server;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client.query({ text: sql, rowMode: 'array' }).then(
    ({ rows }) => client.end().then(() => rows.flat() as unknown[]),
    (error: unknown) => client.end().then(() => Promise.reject(error as Error)),
  );
}

test('rows outlive the server', async () => {
  const paths = await scratchCluster();
  const first = await start(paths);
  await query(await ensureDatabase(first, 'kept'), 'CREATE TABLE t AS SELECT 7 AS seven');
  await first.stop();
  expect(isRunning(first.pid)).toBe(false);
  const second = await start(paths);
  expect(await query(await ensureDatabase(second, 'kept'), 'SELECT seven FROM t')).toEqual([7]);
});

test('a wrong password is refused', async () => {
  const server = await start(await scratchCluster());
  const url = new URL(server.url('postgres'));
  url.password = 'guess';
  await expect(query(url.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
});

test('what an interrupted initdb left behind is not taken for a cluster', async () => {
  const paths = await scratchCluster();
  const server = await start(paths);
  await server.stop();
  await rm(join(paths.directory, 'PG_VERSION'));
  await writeFile(join(paths.directory, 'rubbish'), '');
  const again = await start(paths);
  expect(await query(again.url('postgres'), 'SELECT 1')).toEqual([1]);
  expect(await readdir(paths.directory)).not.toContain('rubbish');
});

test('a server that dies unasked says so', async () => {
  const server = await start(await scratchCluster());
  process.kill(server.pid, 'SIGKILL');
  expect((await server.died).message).toMatch(/Postgres ended unexpectedly/);
});

test('a parent that is killed takes its server along, and the next start finds the rows', async () => {
  const paths = await scratchCluster();
  const parent = fork(new URL('server-parent.fixture.ts', import.meta.url), [paths.directory, paths.logFile], {
    execArgv: ['--import', 'tsx'],
    stdio: 'inherit',
  });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const [pid] = (await once(parent, 'message')) as [number];
  parent.kill('SIGKILL');
  await waitUntil(() => !isRunning(pid), 'the server is gone');
  const server = await start(paths);
  expect(await query(await ensureDatabase(server, 'kept'), 'SELECT 1')).toEqual([1]);
});
