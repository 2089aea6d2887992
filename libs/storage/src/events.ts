import { type Database, json, type Transaction } from './database.ts';
import { type EventLevel } from './generated/client.ts';
import { EVENTS_CHANNEL } from './watch.ts';

export interface NewEvent {
  type: string;
  message: string;
  level?: EventLevel | undefined;
  data?: object | undefined;
}

/** One line of a job's history; `seq` counts from 1 without a gap. */
export interface EventRow {
  seq: number;
  at: Date;
  level: EventLevel;
  type: string;
  message: string;
  data: unknown;
}

export interface Events {
  /** In order, those after `afterSeq`. */
  list(jobId: string, options: { afterSeq: number; limit: number }): Promise<EventRow[]>;
}

export function createEvents(database: Database): Events {
  return {
    list: (jobId, { afterSeq, limit }) =>
      database.event.findMany({
        where: { jobId, seq: { gt: afterSeq } },
        orderBy: { seq: 'asc' },
        take: limit,
        omit: { jobId: true },
      }),
  };
}

/**
 * Writes events whose numbers end at `lastSeq`, which the caller took from `jobs.event_seq` in this transaction: its row
 * lock makes numbers visible in order, so that a reader never steps over one that is yet to be committed.
 */
export async function appendEvents(
  transaction: Transaction,
  jobId: string,
  lastSeq: number,
  events: readonly NewEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const firstSeq = lastSeq - events.length + 1;
  const data = events.map(({ type, message, level = 'info', data = {} }, index) => ({
    jobId,
    seq: firstSeq + index,
    level,
    type,
    message,
    data: json(data),
  }));
  await transaction.event.createMany({ data });
  await transaction.$executeRaw`SELECT pg_notify(${EVENTS_CHANNEL}, ${jobId})`;
}
