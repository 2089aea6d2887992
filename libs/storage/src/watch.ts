import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

/** What every insert into `events` notifies, with the job's id as payload. */
export const EVENTS_CHANNEL = 'events';

const RETRY_MS = { first: 100, longest: 5_000 };

export interface Watch {
  close(): Promise<void>;
}

/**
 * Calls back with the id of each job that got an event. Reconnects for ever; `onReconnect` says that notifications may
 * have been missed, so that what they would have told must be looked up.
 */
export async function watchEvents(
  databaseUrl: string,
  onJobChanged: (jobId: string) => void,
  onReconnect: () => void = () => undefined,
): Promise<Watch> {
  const closing = new AbortController();
  let client = await listen(databaseUrl, onJobChanged);
  const loop = (async () => {
    while (!closing.signal.aborted) {
      await ended(client, closing.signal);
      if (closing.signal.aborted) break;
      const next = await reconnect(databaseUrl, onJobChanged, closing.signal);
      if (!next) break;
      client = next;
      onReconnect();
    }
    await client.end().catch(() => undefined);
  })();
  return {
    close: async () => {
      closing.abort();
      await loop;
    },
  };
}

async function listen(databaseUrl: string, onJobChanged: (jobId: string) => void): Promise<Client> {
  const client = new Client({ connectionString: databaseUrl, keepAlive: true, connectionTimeoutMillis: 5_000 });
  // Without a listener a lost connection would end the process; `ended` sees the end that follows.
  client.on('error', () => undefined);
  client.on('notification', ({ payload }) => {
    if (payload) onJobChanged(payload);
  });
  try {
    await client.connect();
    await client.query(`LISTEN ${EVENTS_CHANNEL}`);
  } catch (error) {
    void client.end().catch(() => undefined);
    throw error;
  }
  return client;
}

async function reconnect(
  databaseUrl: string,
  onJobChanged: (jobId: string) => void,
  signal: AbortSignal,
): Promise<Client | undefined> {
  for (let waitMs = RETRY_MS.first; !signal.aborted; waitMs = Math.min(2 * waitMs, RETRY_MS.longest)) {
    await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    const client = await listen(databaseUrl, onJobChanged).catch(() => undefined);
    if (client) return client;
  }
  return undefined;
}

function ended(client: Client, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    client.once('end', () => resolve());
    client.once('error', () => resolve());
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
