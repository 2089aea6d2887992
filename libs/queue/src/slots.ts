import { GivenBackError } from './given-back.ts';

/** What fetches jobs of one lane. */
interface Fetcher {
  pause(doNotWaitActive: boolean): Promise<void>;
  resume(): void | Promise<void>;
}

/**
 * Lets so many jobs at a time through, over all lanes: while there are that many, none of the lanes fetches. One whose
 * fetch was under way when the last slot was taken gives that job back, once, and fetches no other.
 * @param fetchers filled by the caller as they open; empty where one lane counts its own jobs
 */
export function createSlots(count: number, fetchers: readonly Fetcher[]) {
  let taken = 0;
  return {
    async during(work: () => Promise<void>): Promise<void> {
      if (fetchers.length > 0 && taken >= count) throw new GivenBackError('another job came first');
      taken++;
      if (taken === count) for (const fetcher of fetchers) void fetcher.pause(true);
      try {
        await work();
      } finally {
        if (taken === count) for (const fetcher of fetchers) void fetcher.resume();
        taken--;
      }
    },
  };
}
