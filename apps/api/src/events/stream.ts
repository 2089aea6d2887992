import { Readable } from 'node:stream';
import { type ProjectStorage } from '@distiller/storage';
import { type EventHub } from './hub.ts';
import { isLast, type JobEvent, toEvent } from './schema.ts';

const RETRY_MS = 1_000;
const HEARTBEAT_MS = 15_000;
const EVENTS_A_READ = 200;

export interface StreamOptions {
  storage: ProjectStorage;
  hub: EventHub;
  jobId: string;
  afterSeq: number;
}

/**
 * A job's events as server-sent events, each with its number as id, ending after the last one the job will ever have.
 * Pulled by its reader: who does not read costs one page of events.
 */
export function eventStream(options: StreamOptions): Readable {
  const left = new AbortController();
  const stream = Readable.from(produce(options, left.signal), { objectMode: false });
  // A generator at rest in a wait hears of nothing else.
  stream.once('close', () => left.abort());
  return stream;
}

async function* produce({ storage, hub, jobId, afterSeq }: StreamOptions, left: AbortSignal): AsyncGenerator<string> {
  const subscription = hub.subscribe(jobId);
  left.addEventListener('abort', () => subscription.close(), { once: true });
  let seq = afterSeq;
  let toldAt = performance.now();
  try {
    yield `retry: ${RETRY_MS}\n\n`;
    while (!left.aborted && !hub.closing) {
      const events = (await storage.events.list(jobId, { afterSeq: seq, limit: EVENTS_A_READ })).map(toEvent);
      for (const event of events) {
        yield format(event);
        seq = event.seq;
        toldAt = performance.now();
        if (isLast(event)) return;
      }
      if (events.length === EVENTS_A_READ) continue;
      await subscription.changed();
      if (performance.now() - toldAt >= HEARTBEAT_MS) {
        yield ': still here\n\n';
        toldAt = performance.now();
      }
    }
    // The reader comes again, with the number of the last event, to whoever is there then.
    if (hub.closing) yield `: going away\nretry: ${RETRY_MS}\n\n`;
  } finally {
    subscription.close();
  }
}

function format(event: JobEvent): string {
  return `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
