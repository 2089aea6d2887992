import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AttemptEnd, type ClaimedDelivery, PING_EVENT, type WebhookSending } from '@distiller/storage';
import { type FastifyBaseLogger } from 'fastify';
import { type WebhookMetrics } from './metrics.ts';
import { post } from './post.ts';
import { signedHeaders } from './signature.ts';
import { type UrlGuard } from './url-guard.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

export interface SenderOptions {
  /** How often it looks for what is due. */
  everyMs: number;
  atOnce: number;
  perWebhook: number;
  timeoutMs: number;
  /** How long a sender may be silent before another one takes its delivery: longer than an attempt can take. */
  leaseMs: number;
  /** After the first attempt, the second …; each up to a fifth shorter or longer. */
  retriesMs: readonly number[];
}

const DEFAULTS: SenderOptions = {
  everyMs: SECOND_MS,
  atOnce: 16,
  perWebhook: 4,
  timeoutMs: 15 * SECOND_MS,
  leaseMs: MINUTE_MS,
  retriesMs: [5 * SECOND_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 5 * HOUR_MS, 10 * HOUR_MS, 14 * HOUR_MS],
};

interface SenderDependencies {
  sending: WebhookSending;
  guard: UrlGuard;
  log: FastifyBaseLogger;
  metrics?: WebhookMetrics | undefined;
}

export interface WebhookSender {
  /** Takes nothing new, and resolves when what is under way has ended; after `graceMs` it is cut off, to be tried again. */
  stop(graceMs: number): Promise<void>;
}

/** Sends what is due, again and again. Any number of processes may: each delivery is claimed by one. */
export function startWebhookSender(
  dependencies: SenderDependencies,
  changes: Partial<SenderOptions> = {},
): WebhookSender {
  const options = { ...DEFAULTS, ...changes };
  const { sending, log } = dependencies;
  const [stopping, ending] = [new AbortController(), new AbortController()];
  // Each attempt listens.
  setMaxListeners(options.atOnce, ending.signal);
  const underWay = new Set<Promise<void>>();

  const claim = async () => {
    const limit = options.atOnce - underWay.size;
    if (limit <= 0) return;
    for (const claimed of await sending.claim({ ...options, limit })) {
      const work: Promise<void> = deliver(claimed, dependencies, { ...options, ending: ending.signal })
        .catch((error: unknown) =>
          log.warn({ err: error, delivery: claimed.id }, 'a webhook is not recorded; it will be sent again'),
        )
        .finally(() => underWay.delete(work));
      underWay.add(work);
    }
  };
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await claim().catch((error: unknown) => log.warn({ err: error }, 'no webhooks claimed; it will be tried again'));
      await pause(options.everyMs, underWay, stopping.signal);
    }
  })();

  return {
    stop: async (graceMs) => {
      stopping.abort();
      const grace = setTimeout(() => ending.abort(), graceMs);
      await loop;
      await Promise.all(underWay);
      clearTimeout(grace);
    },
  };
}

/** Until it is time to look again, or there is room for another one. */
async function pause(everyMs: number, underWay: ReadonlySet<Promise<void>>, stopping: AbortSignal): Promise<void> {
  if (stopping.aborted) return;
  const enough = new AbortController();
  const end = () => enough.abort();
  stopping.addEventListener('abort', end, { once: true });
  await Promise.race([sleep(everyMs, undefined, { signal: enough.signal }).catch(() => undefined), ...underWay]);
  stopping.removeEventListener('abort', end);
  end();
}

async function deliver(
  claimed: ClaimedDelivery,
  { sending, guard, log, metrics }: SenderDependencies,
  options: SenderOptions & { ending: AbortSignal },
): Promise<void> {
  const { id, webhookId, type, body, attempt, url, secrets } = claimed;
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'sobolev-distiller',
    ...signedHeaders(secrets, { id, body }),
  };
  const posted = await post({ url, headers, body }, { guard, ...options });
  const end = endOf(claimed, posted.statusCode, options.retriesMs);
  const status = await sending.record(claimed, posted, end);
  const outcome = status === 'pending' ? 'retried' : status;
  // Its address may hold what only the receiver should know.
  const told = { webhook: webhookId, delivery: id, type, attempt, status_code: posted.statusCode, error: posted.error };
  log.info({ ...told, duration_ms: posted.durationMs, outcome: outcome ?? 'lost' }, 'webhook sent');
  if (outcome) metrics?.observe(outcome, posted.durationMs);
}

function endOf({ type, tries }: ClaimedDelivery, statusCode: number | null, retriesMs: readonly number[]): AttemptEnd {
  if (statusCode !== null && statusCode >= 200 && statusCode < 300) return { kind: 'delivered' };
  if (statusCode === 410) return { kind: 'gone' };
  // Whoever pings looks on.
  const delayMs = type === PING_EVENT ? undefined : retriesMs[tries - 1];
  return { kind: 'failed', retryInMs: delayMs === undefined ? undefined : withJitter(delayMs) };
}

/** So that all that failed together does not come back together. */
function withJitter(delayMs: number): number {
  return Math.round(delayMs * (0.8 + 0.4 * Math.random()));
}
