import { Readable } from 'node:stream';
import { type EventHub } from './hub.ts';

const RETRY_MS = 1_000;
const HEARTBEAT_MS = 15_000;

export interface StreamOptions {
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

async function* produce({ hub, jobId, afterSeq }: StreamOptions, left: AbortSignal): AsyncGenerator<string> {
  const subscription = hub.subscribe(jobId);
  left.addEventListener('abort', () => subscription.close(), { once: true });
  let seq = afterSeq;
  let toldAt = performance.now();
  try {
    yield `retry: ${RETRY_MS}\n\n`;
    while (!left.aborted && !hub.closing) {
      const { events, hasMore } = await hub.eventsAfter(jobId, seq);
      for (const event of events) {
        yield event.text;
        seq = event.seq;
        toldAt = performance.now();
        if (event.isLast) return;
      }
      if (hasMore) continue;
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
