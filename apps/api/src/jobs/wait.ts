import { type FastifyReply, type FastifyRequest } from 'fastify';
import { isFinal } from '@distiller/storage';
import { z } from 'zod';
import { type EventHub } from '../events/hub.ts';
import { type Scope } from '../scope.ts';

const LONGEST_S = 60;

/** RFC 7240, for routes that can wait. */
export const PreferHeaders = z.looseObject({
  prefer: z
    .string()
    .max(200)
    .optional()
    .describe(`\`wait=N\`: answer when the job has ended, or after N seconds (${LONGEST_S} at most)`),
});

/** How long a request is willing to wait; undefined: it has not said so. */
export function preferredWait(header: unknown): number | undefined {
  const seconds = typeof header === 'string' ? /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})\b/i.exec(header)?.[1] : undefined;
  return seconds === undefined ? undefined : Math.min(Number(seconds), LONGEST_S);
}

export interface Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
}

/**
 * Keeps an answer back until the job has ended, as long as the request is willing to wait and somebody is there to hear it.
 * @returns whether it was willing
 */
export async function waitAsPreferred(
  { storage }: Pick<Scope, 'storage'>,
  hub: EventHub,
  { jobId, request, reply }: Exchange & { jobId: string },
): Promise<boolean> {
  const seconds = preferredWait(request.headers['prefer']);
  if (seconds === undefined) return false;
  reply.header('preference-applied', `wait=${seconds}`);
  const subscription = hub.subscribe(jobId);
  let isOver = false;
  const end = () => {
    isOver = true;
    subscription.close();
  };
  const timer = setTimeout(end, 1000 * seconds);
  reply.raw.once('close', end);
  try {
    while (!isOver && !hub.closing) {
      const status = await storage.jobs.status(jobId);
      if (status === null || isFinal(status)) break;
      await subscription.changed();
    }
    return true;
  } finally {
    clearTimeout(timer);
    subscription.close();
  }
}
