// A client that asks again and again while something is away, and notes how it is answered.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Tally } from './tally.ts';

interface Answers {
  /** How many of each status; 'none' where no answer came. */
  counts: Record<string, number>;
  total: number;
}

const EVERY_MS = 250;
const HUNG_MS = 30_000;

/**
 * Asks all the addresses in turn until told to stop. Each answer must come, must not be an unexpected failure, and a 503
 * must be a problem that says when to try again.
 */
export async function askWhile(
  urls: string[],
  { tally, isOver }: { tally: Tally; isOver: () => boolean },
): Promise<Answers> {
  const answers: Answers = { counts: {}, total: 0 };
  while (!isOver()) {
    for (const url of urls) {
      const response = await fetch(url, { signal: AbortSignal.timeout(HUNG_MS) }).catch(() => undefined);
      const status = response?.status ?? 'none';
      answers.counts[status] = (answers.counts[status] ?? 0) + 1;
      answers.total++;
      await judge(response, { tally, path: new URL(url).pathname });
    }
    await sleep(EVERY_MS);
  }
  return answers;
}

async function judge(response: Response | undefined, { tally, path }: { tally: Tally; path: string }): Promise<void> {
  tally.check('every request is answered', response !== undefined, path);
  if (!response) return;
  const { status, headers } = response;
  const body = await response.text();
  tally.check('an answer is 2xx or 503', (status >= 200 && status < 300) || status === 503, { path, status, body });
  if (status !== 503) return;
  const isProblem = headers.get('content-type')?.startsWith('application/problem+json') ?? false;
  const isRetriable = Number(headers.get('retry-after')) > 0;
  tally.check('a 503 is a problem with Retry-After', isProblem && isRetriable, { path, body });
}
