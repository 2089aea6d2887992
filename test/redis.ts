import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { spawnBound, waitForExit } from '../apps/standalone/src/bound-process.ts';
import { findProgram } from './programs.ts';

interface RedisServer {
  url: string;
  stop(): Promise<void>;
}

/** A real Redis on a free port, or on the one given, keeping nothing on disk; undefined where there is none to be had. */
export async function startRedis(cwd: string, given?: number): Promise<RedisServer | undefined> {
  const program = findProgram('redis-server', { packages: ['redis-server'] });
  if (!program) return undefined;
  for (let attempt = 0; attempt < 5; attempt++) {
    const port = given ?? 20_000 + Math.floor(Math.random() * 10_000);
    // BullMQ refuses a Redis that may evict its keys.
    const settings = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];
    const args = ['--port', String(port), ...settings];
    const child = spawnBound(program, args, { deathSignal: 'SIGKILL', cwd, env: {}, output: 'pipe' });
    if (!child.stdout) throw new Error('redis-server has no standard output.');
    const ready = new Promise<boolean>((resolve) => {
      createInterface({ input: child.stdout! }).on('line', (line) => {
        if (line.includes('Ready to accept connections')) resolve(true);
      });
      void once(child, 'exit').then(() => resolve(false));
    });
    if (!(await ready)) continue;
    const stop = async () => {
      child.kill('SIGKILL');
      await waitForExit(child, 5_000);
    };
    return { url: `redis://127.0.0.1:${port}`, stop };
  }
  throw new Error('redis-server did not start on any of five ports.');
}
