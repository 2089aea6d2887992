import pino from 'pino';
import { type TinyService } from '../../../test/registered-job.ts';
import { type WorkerContext } from './run-job.ts';

/** What runs a test's jobs: the engine that needs nothing, and few checkpoints. */
export function quietWorker(service: TinyService): WorkerContext {
  return { ...service, engine: 'wasm', checkpointEveryMs: 30_000, graceMs: 5_000, log: pino({ level: 'silent' }) };
}
