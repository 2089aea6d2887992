import { createParser } from 'eventsource-parser';
import { type JobEvent } from './schemas.ts';

/** The service says something every 15 seconds: after this long without a byte the connection is taken for dead. */
const SILENCE_MS = 45_000;

/** The events of one answer, until it ends, breaks off, falls silent or the signal is aborted. */
export async function* streamEvents(response: Response, signal: AbortSignal | undefined): AsyncGenerator<JobEvent> {
  const reader = response.body?.getReader();
  if (!reader) return;
  const events: JobEvent[] = [];
  const parser = createParser({ onEvent: ({ data }) => events.push(JSON.parse(data) as JobEvent) });
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const chunk = await readChunk(reader);
      if (!chunk || signal?.aborted) return;
      parser.feed(decoder.decode(chunk, { stream: true }));
      yield* events.splice(0);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function readChunk(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), SILENCE_MS);
  });
  const chunk = reader.read().then(
    ({ value }) => value,
    () => undefined,
  );
  return Promise.race([chunk, silence]).finally(() => clearTimeout(timer));
}
