import { type ChildProcess } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { type Account, hasExited, spawnBound, waitForExit } from '../bound-process.ts';
import { freePort } from '../free-port.ts';
import { postgresBinaries } from './binaries.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { stopOrphan } from './orphan.ts';
import { serverAccount } from './server-account.ts';

const START_TIMEOUT_MS = 60_000;
const PORT_ATTEMPTS = 5;

export interface PostgresOptions {
  /** The cluster's directory: made when missing, and kept when the server stops. */
  directory: string;
  logFile: string;
  /** False for tests: a crash of the machine may then lose the cluster. */
  durable?: boolean;
}

export interface PostgresServer {
  pid: number;
  url(database: string): string;
  /** Resolves with what went wrong when the server ends without having been asked to. */
  died: Promise<Error>;
  stop(): Promise<void>;
}

/** Starts the bundled server on a free port of 127.0.0.1 and waits until it takes connections. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const account = await serverAccount(options.directory);
  const binaries = await postgresBinaries({ shared: account !== undefined });
  await mkdir(dirname(options.directory), { recursive: true });
  await stopOrphan(options.directory);
  const cluster = await openCluster(options.directory, binaries, account);
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const child = await launch(cluster, { ...options, binaries, account, port });
    if (await becomesReady(child, cluster.directory))
      return running(child, cluster, { port, logFile: options.logFile });
    // Another program may have taken the port between our look and the server's.
    const log = await tail(options.logFile);
    if (attempt === PORT_ATTEMPTS || !log.includes('could not bind'))
      throw new Error(`Postgres did not start:\n${log}`);
  }
}

/** Makes the database if it is missing; returns its address. */
export async function ensureDatabase(server: PostgresServer, name: string): Promise<string> {
  const client = new Client({ connectionString: server.url('postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
  return server.url(name);
}

interface LaunchOptions extends PostgresOptions {
  binaries: string;
  account: Account | undefined;
  port: number;
}

async function launch(cluster: Cluster, options: LaunchOptions): Promise<ChildProcess> {
  const { binaries, account, port, logFile, durable = true } = options;
  const flush = durable ? [] : ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off'];
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', `port=${port}`, ...flush];
  const args = ['-D', cluster.directory, ...settings.flatMap((setting) => ['-c', setting])];
  const log = await open(logFile, 'w', 0o600);
  try {
    // SIGINT is Postgres's word for a fast, clean shutdown.
    const how = {
      deathSignal: 'SIGINT',
      cwd: cluster.directory,
      env: { LC_ALL: 'C' },
      output: log.fd,
      account,
    } as const;
    return spawnBound(join(binaries, 'bin', 'postgres'), args, how);
  } finally {
    await log.close();
  }
}

/** True once postmaster.pid says "ready" for this very process; false when the process ended instead. */
async function becomesReady(child: ChildProcess, directory: string): Promise<boolean> {
  let failed = false;
  child.once('error', () => (failed = true));
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!failed && !hasExited(child) && Date.now() < deadline) {
    const lines = (await readFile(join(directory, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return true;
    await sleep(20);
  }
  await shutDown(child);
  return false;
}

function running(child: ChildProcess, cluster: Cluster, at: { port: number; logFile: string }): PostgresServer {
  let stopping = false;
  const died = new Promise<Error>((resolve) => {
    child.once('exit', () => {
      if (!stopping) void tail(at.logFile).then((log) => resolve(new Error(`Postgres ended unexpectedly:\n${log}`)));
    });
  });
  return {
    pid: child.pid ?? 0,
    url: (database) => `postgres://postgres:${cluster.password}@127.0.0.1:${at.port}/${database}`,
    died,
    stop: () => {
      stopping = true;
      return shutDown(child);
    },
  };
}

/** Fast shutdown, then immediate (the next start recovers), then the kernel's. */
async function shutDown(child: ChildProcess): Promise<void> {
  for (const [signal, waitMs] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    if (child.pid === undefined || hasExited(child)) return;
    child.kill(signal);
    await waitForExit(child, waitMs);
  }
}

async function tail(file: string): Promise<string> {
  return (await readFile(file, 'utf8').catch(() => '')).trim().split('\n').slice(-15).join('\n');
}
