import { pause } from './pause.ts';
import { ProblemError } from './problem-error.ts';

export interface Retries {
  /**
   * Does the work until it succeeds, waiting longer each time.
   * @throws what cannot be mended by waiting; the last failure, when too many came in a row
   */
  until<T>(work: () => Promise<T>): Promise<T>;
}

const WAIT_MS = { first: 250, longest: 10_000 };
/** With the waits between them, two minutes. */
const MAX_FAILURES = 16;

export function createRetries(signal: AbortSignal | undefined): Retries {
  return {
    async until(work) {
      for (let failures = 1; ; failures++) {
        try {
          return await work();
        } catch (error) {
          signal?.throwIfAborted();
          if (!isPassing(error) || failures === MAX_FAILURES) throw error;
        }
        await pause(Math.min(WAIT_MS.first * 2 ** (failures - 1), WAIT_MS.longest), signal);
      }
    },
  };
}

/** No answer at all, or one that may be another next time. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof ProblemError)) return error instanceof TypeError;
  const { status } = error;
  return status >= 500 || status === 408 || status === 429 || TAKEN_UP.includes(error.code);
}

/** Where a connection broke is known only after asking; a damaged piece is sent again. */
const TAKEN_UP = ['upload_offset_mismatch', 'piece_checksum_mismatch', 'malformed_request'];
