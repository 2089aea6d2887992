import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '../../apps/standalone/src/postgres/server.ts';
import { startRedis } from '../redis.ts';
import { NotPossibleError } from './scenario.ts';

/** What every scenario stands on: a Postgres and a Redis for all, started when first asked for, and a directory. */
export interface Ground {
  directory: string;
  postgres(): Promise<PostgresServer>;
  /** Its address; emptied. @throws NotPossibleError where there is no redis-server */
  redis(): Promise<string>;
  /** Servers of one's own, to be harmed: a Postgres in that directory; a Redis on that port, or on a free one. */
  ownPostgres(name: string): Promise<PostgresServer>;
  ownRedis(port?: number): Promise<RedisServer>;
  close(): Promise<void>;
}

type RedisServer = NonNullable<Awaited<ReturnType<typeof startRedis>>>;

export async function openGround(): Promise<Ground> {
  // Not in a home directory: a Postgres in it runs as another account.
  const directory = await mkdtemp('/tmp/sobolev-faults-');
  await chmod(directory, 0o755);
  process.env['TMPDIR'] = join(directory, 'tmp');
  await mkdir(process.env['TMPDIR']);
  const ownPostgres = (name: string) => {
    const logFile = join(directory, `${name}.log`);
    return startPostgres({ directory: join(directory, name), logFile, durable: false });
  };
  const ownRedis = async (port?: number) => {
    const redis = await startRedis(directory, port);
    if (!redis) throw new NotPossibleError('there is no redis-server, and none can be installed');
    return redis;
  };
  let postgres: Promise<PostgresServer> | undefined;
  let redis: Promise<RedisServer> | undefined;
  let databases = 0;
  return {
    directory,
    postgres: () => (postgres ??= ownPostgres('postgres')),
    redis: async () => {
      const { url } = await (redis ??= ownRedis());
      // One of its databases for each scenario.
      return `${url}/${databases++ % 16}`;
    },
    ownPostgres,
    ownRedis,
    close: async () => {
      await Promise.all([
        postgres?.then((server) => server.stop()),
        redis?.then(
          (server) => server.stop(),
          () => undefined,
        ),
      ]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
