import { type Storage, type Watch } from '@distiller/storage';
import { createSharedReads, type SharedReads } from './shared-reads.ts';

/** How often a stream looks by itself: notifications may be lost, and may not be there at all. */
const POLL_MS = { watching: 5_000, blind: 1_000 };

interface Subscription {
  /** Resolves when the job may have new events since the last call, or after a while. */
  changed(): Promise<void>;
  close(): void;
}

export interface EventHub {
  subscribe(jobId: string): Subscription;
  /** Whoever asks must know that the job is one that the reader may see. */
  eventsAfter: SharedReads['after'];
  /** Wakes every stream for the last time. */
  close(): Promise<void>;
  readonly closing: boolean;
}

/** Wakes the streams of a job when it has new events: one database connection for all of them, opened for the first. */
export function createEventHub(storage: Pick<Storage, 'watch' | 'events'>): EventHub {
  const wakers = new Map<string, Set<() => void>>();
  const reads = createSharedReads(storage);
  const wake = (jobId: string) => {
    reads.outdate(jobId);
    wakers.get(jobId)?.forEach((waker) => waker());
  };
  const wakeAll = () => [...wakers.keys()].forEach(wake);
  let watch: Promise<Watch | undefined> | undefined;
  let isWatching = false;
  let closing = false;

  const ensureWatch = () => {
    watch ??= storage.watch(wake, wakeAll).then(
      (opened) => {
        isWatching = true;
        return opened;
      },
      () => {
        // The database is away: the streams poll, and the next one tries again.
        watch = undefined;
        return undefined;
      },
    );
  };

  return {
    get closing() {
      return closing;
    },
    eventsAfter: (jobId, seq) => reads.after(jobId, seq),
    subscribe: (jobId) => {
      ensureWatch();
      const signal = createSignal(() => (isWatching ? POLL_MS.watching : POLL_MS.blind));
      const ofJob = wakers.get(jobId) ?? new Set();
      wakers.set(jobId, ofJob.add(signal.set));
      return {
        changed: signal.wait,
        close: () => {
          signal.set();
          ofJob.delete(signal.set);
          if (ofJob.size === 0 && wakers.get(jobId) === ofJob) wakers.delete(jobId);
        },
      };
    },
    close: async () => {
      closing = true;
      wakeAll();
      await (await watch)?.close();
    },
  };
}

/** Remembers that it was set, so that what happens between two waits is not missed. */
function createSignal(timeoutMs: () => number) {
  let isSet = false;
  let wakeUp: (() => void) | undefined;
  return {
    set: () => {
      isSet = true;
      wakeUp?.();
    },
    wait: async () => {
      if (!isSet) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs());
          wakeUp = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      isSet = false;
    },
  };
}
