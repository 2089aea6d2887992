import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type App } from '../dependencies.ts';
import { ProblemError } from '../problems/problem.ts';

const SAMPLE_MS = 20;
const JUDGED_EVERY_MS = 500;
/** What tells operators how things are must answer when they are bad. */
const SPARED = new Set(['/livez', '/readyz']);

/** Refuses requests while the event loop is so late that they would wait longer and longer. */
export function shedLoad(app: App, maxDelayMs = Infinity): void {
  const delays = monitorEventLoopDelay({ resolution: SAMPLE_MS });
  delays.enable();
  let isLate = false;
  const judge = setInterval(() => {
    // Nanoseconds; a timer that is on time is counted with its own period.
    isLate = delays.max / 1e6 - SAMPLE_MS > maxDelayMs;
    delays.reset();
  }, JUDGED_EVERY_MS).unref();
  app.addHook('onClose', (_app, done) => {
    clearInterval(judge);
    delays.disable();
    done();
  });
  app.addHook('onRequest', ({ routeOptions }, _reply, done) => {
    if (isLate && !SPARED.has(routeOptions.url ?? ''))
      throw new ProblemError('overloaded', 'the service is overloaded');
    done();
  });
}
