import { setImmediate, setTimeout } from 'node:timers';

/**
 * When Dawn's promises resolve. Dawn asks its driver for news in callbacks that it hands to the global `setImmediate`, one
 * after the other while it waits for anything. Whoever gets hold of them can
 *
 * - call them at once, and so wait for the device within one synchronous function, as tfjs's `dataSync` has to;
 * - put time between them: left alone, Dawn keeps a core busy for as long as the device computes.
 */
export interface DawnEvents {
  /** Calls Dawn, and keeps the callback with which it would go on. Every call that returns a promise must go through here. */
  during<T>(call: () => T): T;
  /** Makes Dawn's events happen until the condition holds. @throws when Dawn waits for nothing any more */
  until(condition: () => boolean): void;
}

/** Questions that follow each other without a pause; a quick device has answered by then. */
const EAGER_QUESTIONS = 100;
const PAUSE_MS = 1;

export function dawnEvents(): DawnEvents {
  let ask: (() => void) | undefined;
  let questions = 0;

  const keep = (callback: () => void) => {
    ask = () => {
      ask = undefined;
      questions += 1;
      intercepting(keep, callback);
    };
    // Asked in the meantime by `until`, it has nothing left to do: Dawn has handed over another.
    const mine = ask;
    const inTurn = () => (ask === mine ? mine() : undefined);
    return questions < EAGER_QUESTIONS ? setImmediate(inTurn) : setTimeout(inTurn, PAUSE_MS);
  };

  return {
    during(call) {
      questions = 0;
      return intercepting(keep, call);
    },
    until(condition) {
      while (!condition()) {
        if (!ask) throw new Error('Dawn has no event under way');
        ask();
        if (questions > EAGER_QUESTIONS) sleep(PAUSE_MS);
      }
    },
  };
}

/** Calls a function with `keep` in the place of `setImmediate`. */
function intercepting<T>(keep: (callback: () => void) => unknown, call: () => T): T {
  const original = globalThis.setImmediate;
  globalThis.setImmediate = keep as typeof globalThis.setImmediate;
  try {
    return call();
  } finally {
    globalThis.setImmediate = original;
  }
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
