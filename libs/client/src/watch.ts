import { pause } from './pause.ts';
import { toProblemError } from './problem-error.ts';
import { type JobEvent } from './schemas.ts';
import { type Service } from './service.ts';
import { streamEvents } from './stream.ts';

export interface WatchOptions {
  /** Ends the iteration. */
  signal?: AbortSignal;
  /** `seq` of the last event that is known already. */
  lastEventId?: number;
}

const RECONNECT_MS = { first: 250, longest: 5_000 };

/**
 * A job's events from the beginning (or after `lastEventId`), each once and in order, until the job has ended.
 * Reconnects for ever, through restarts of the service and silent connections.
 * @throws ProblemError when the service refuses (no such job)
 */
export async function* watch(
  service: Service,
  jobId: string,
  { signal, lastEventId = 0 }: WatchOptions = {},
): AsyncGenerator<JobEvent> {
  let seq = lastEventId;
  let waitMs = RECONNECT_MS.first;
  while (!signal?.aborted) {
    const response = await connect(service, jobId, seq, signal);
    if (response?.status === 204) return;
    for await (const event of response ? streamEvents(response, signal) : []) {
      if (event.seq <= seq) continue;
      // A hole: what is missing is asked for anew.
      if (event.seq > seq + 1) break;
      yield event;
      seq = event.seq;
      waitMs = RECONNECT_MS.first;
      if (isLast(event)) return;
    }
    await pause(waitMs, signal);
    waitMs = Math.min(2 * waitMs, RECONNECT_MS.longest);
  }
}

/** Undefined: no answer, or one that may be another next time. */
async function connect(
  { baseUrl, fetch }: Service,
  jobId: string,
  seq: number,
  signal: AbortSignal | undefined,
): Promise<Response | undefined> {
  const headers = { accept: 'text/event-stream', 'last-event-id': String(seq) };
  const url = `${baseUrl}/v1/jobs/${encodeURIComponent(jobId)}/events`;
  const response = await fetch(url, { headers, signal: signal ?? null }).catch(() => undefined);
  if (!response || response.ok) return response;
  const isPassing = response.status >= 500 || response.status === 408 || response.status === 429;
  if (!isPassing) throw await toProblemError(response);
  await response.body?.cancel();
  return undefined;
}

function isLast(event: JobEvent): boolean {
  return event.type === 'status' && ['succeeded', 'failed', 'cancelled'].includes(event.data.status);
}
