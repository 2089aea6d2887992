import { setTimeout as sleep } from 'node:timers/promises';
import { type Service, startService, type ServiceOptions } from './service.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** One that lived this long was well: its death starts the count anew. */
const HEALTHY_MS = 60_000;
const DEATHS_BEFORE_GIVING_UP = 6;

/** A service that is started again when it dies: what it was at is in Postgres. `died` resolves when that does not help. */
export async function startLasting(options: ServiceOptions, onDeath: (why: Error) => void): Promise<Service> {
  let stopping = false;
  let current = await startService(options);
  const { pid, ready } = current;

  async function keepUp(): Promise<Error> {
    for (let deaths = 0; ;) {
      const startedAt = Date.now();
      const why = await current.died;
      deaths = Date.now() - startedAt > HEALTHY_MS ? 1 : deaths + 1;
      if (deaths === DEATHS_BEFORE_GIVING_UP) return why;
      onDeath(why);
      await sleep(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (deaths - 1)));
      if (stopping) return why;
      current = await startService(options);
      if (stopping) await current.stop();
    }
  }

  const stop = async (): Promise<void> => {
    stopping = true;
    await current.stop();
  };
  return { pid, ready, died: keepUp(), stop };
}
