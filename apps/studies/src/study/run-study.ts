import { setTimeout as sleep } from 'node:timers/promises';
import { type Entry, Ledger } from './ledger.ts';
import { describeMachine } from './machine.ts';
import { progressOf } from './progress.ts';
import { type Cell, keyOf, type Study } from './study.ts';

export interface RunOptions {
  quick: boolean;
  /** Computes nothing: what there is will do. */
  now?: boolean;
  /** Where what is done is kept. */
  folder: string;
  /** Takes a line for people. */
  tell: (line: string) => void;
  /** When aborted, the run ends after the cell at hand, by throwing. */
  signal?: AbortSignal;
}

/** Waiting for cells that other processes have claimed. */
const POLL_MS = 2_000;

/**
 * Computes what is missing of a study. It may be stopped at any time and goes on where it was, and run as several processes at
 * once, which share the cells.
 */
export async function runStudy<C extends Cell, R>(
  study: Study<C, R>,
  { quick, now, folder, tell, signal }: RunOptions,
): Promise<Entry<C, R>[]> {
  const ledger = new Ledger<C, R>(folder);
  const machine = describeMachine();
  let progress: ReturnType<typeof progressOf> | undefined;
  for (;;) {
    const done = ledger.entries();
    const keys = new Set(done.map(({ cell }) => keyOf(cell)));
    const cells = study.cells(done, quick);
    const missing = cells.filter((cell) => !keys.has(keyOf(cell)));
    if (missing.length === 0 || now) return ofStudy(done, cells);
    signal?.throwIfAborted();
    // Entries of cells that the study no longer has do not count.
    const finished = cells.length - missing.length;
    progress ??= progressOf(finished);
    const cell = missing.find((each) => ledger.claim(each));
    if (!cell) {
      await sleep(POLL_MS);
      continue;
    }
    try {
      const startedAt = performance.now();
      const result = await study.run(cell, quick);
      const seconds = Number(((performance.now() - startedAt) / 1000).toFixed(1));
      ledger.write({ cell, result, machine, date: new Date().toISOString(), seconds });
    } finally {
      ledger.release(cell);
    }
    tell(`${study.name}: ${progress({ done: finished + 1, of: cells.length })}, ${keyOf(cell)}`);
  }
}

/** Without rows of cells that the study no longer has. */
function ofStudy<C extends Cell, R>(entries: readonly Entry<C, R>[], cells: readonly C[]): Entry<C, R>[] {
  const keys = new Set(cells.map(keyOf));
  return entries.filter(({ cell }) => keys.has(keyOf(cell)));
}
