import { type Storage } from '@distiller/storage';
import { isLast, type JobEvent, toEvent } from './schema.ts';

const EVENTS_A_READ = 200;

/** An event as streams send it. */
interface ToldEvent {
  seq: number;
  text: string;
  isLast: boolean;
}

export interface SharedReads {
  /** A job's next events, in order. */
  after(jobId: string, seq: number): Promise<{ events: readonly ToldEvent[]; hasMore: boolean }>;
  /** The job has new events: a read that has begun may not see them. */
  outdate(jobId: string): void;
}

/** Reads a job's events once for all the streams that want the same at the same moment, which is when they were woken. */
export function createSharedReads({ events }: Pick<Storage, 'events'>): SharedReads {
  const underWay = new Map<string, Map<number, ReturnType<SharedReads['after']>>>();

  const read = async (jobId: string, afterSeq: number) => {
    const found = (await events.list(jobId, { afterSeq, limit: EVENTS_A_READ })).map(toEvent);
    return { events: found.map(told), hasMore: found.length === EVENTS_A_READ };
  };
  return {
    after: (jobId, seq) => {
      const ofJob = underWay.get(jobId) ?? new Map<number, ReturnType<typeof read>>();
      const known = ofJob.get(seq);
      if (known) return known;
      const reading = read(jobId, seq).finally(() => {
        ofJob.delete(seq);
        if (ofJob.size === 0 && underWay.get(jobId) === ofJob) underWay.delete(jobId);
      });
      underWay.set(jobId, ofJob.set(seq, reading));
      return reading;
    },
    outdate: (jobId) => underWay.delete(jobId),
  };
}

function told(event: JobEvent): ToldEvent {
  const text = `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
  return { seq: event.seq, text, isLast: isLast(event) };
}
