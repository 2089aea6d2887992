import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { spawnBound, waitForExit } from '../apps/standalone/src/bound-process.ts';
import { findS3Python } from './python.ts';

export interface S3Server {
  endpoint: string;
  /** ARTIFACTS_URL of an empty bucket of one's own. */
  newStoreUrl(): Promise<string>;
  stop(): Promise<void>;
}

/** Another S3 server to run the tests against: its endpoint, its credentials in the AWS_ variables. */
const GIVEN = process.env['TEST_S3_ENDPOINT'];

process.env['AWS_ACCESS_KEY_ID'] ??= 'tests';
process.env['AWS_SECRET_ACCESS_KEY'] ??= 'secret-of-tests';

/** A real S3 server on a free port, keeping everything in memory; undefined where there is none to be had. */
export async function startS3(): Promise<S3Server | undefined> {
  if (GIVEN !== undefined) return server(GIVEN, () => Promise.resolve());
  const python = await findS3Python();
  if (python === undefined) return undefined;
  const args = ['-m', 'moto.server', '--host', '127.0.0.1', '--port', '0'];
  const child = spawnBound(python, args, { deathSignal: 'SIGKILL', cwd: tmpdir(), env: {}, output: 'pipe' });
  const port = await new Promise<string>((resolve, reject) => {
    for (const input of [child.stdout!, child.stderr!]) {
      createInterface({ input }).on('line', (line) => {
        const found = /Running on http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
        if (found !== undefined) resolve(found);
      });
    }
    void once(child, 'exit').then(() => reject(new Error('the S3 server ended')));
  });
  return server(`http://127.0.0.1:${port}`, async () => {
    child.kill('SIGKILL');
    await waitForExit(child, 5_000);
  });
}

function server(endpoint: string, end: () => Promise<void>): S3Server {
  const client = new S3Client({ region: 'us-east-1', endpoint, forcePathStyle: true });
  return {
    endpoint,
    newStoreUrl: async () => {
      const bucket = `tests-${randomUUID()}`;
      await client.send(new CreateBucketCommand({ Bucket: bucket }));
      const cache = join(tmpdir(), bucket);
      return `s3://${bucket}/artifacts?${new URLSearchParams({ endpoint, cache }).toString()}`;
    },
    stop: async () => {
      client.destroy();
      await end();
    },
  };
}
