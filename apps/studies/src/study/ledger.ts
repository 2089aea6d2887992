import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Machine } from './machine.ts';
import { type Cell, keyOf, type Row } from './study.ts';

const BY_NAME = new Intl.Collator('en', { numeric: true }).compare;

/** A row as it is kept: with the machine that computed it, and when. */
export type Entry<C extends Cell = Cell, R = unknown> = Row<C, R> & { machine: Machine; date: string; seconds: number };

/**
 * What is done of a study: a file for each cell in one folder. Any number of processes may work on the same folder; a cell is
 * claimed before it is computed, and a claim whose process is gone is void.
 */
export class Ledger<C extends Cell, R> {
  readonly #folder: string;
  readonly #entries = new Map<string, Entry<C, R>>();

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
  }

  /** All that is done, by whomever, in the order of their names: 25 before 100. */
  entries(): Entry<C, R>[] {
    const names = readdirSync(this.#folder).filter((name) => name.endsWith('.json'));
    for (const name of names) if (!this.#entries.has(name)) this.#entries.set(name, this.#read(name));
    return names.toSorted(BY_NAME).map((name) => this.#entries.get(name)!);
  }

  /** Whether the cell is this process's to compute: it is neither done nor claimed by a process that lives. */
  claim(cell: C): boolean {
    const key = keyOf(cell);
    const claim = join(this.#folder, `${key}.claim`);
    if (readdirSync(this.#folder).includes(`${key}.json`)) return false;
    if (attempt(claim)) return true;
    if (lives(claim)) return false;
    rmSync(claim, { force: true });
    return attempt(claim);
  }

  /** A half-written row is never seen under its name. */
  write(entry: Entry<C, R>): void {
    const path = join(this.#folder, keyOf(entry.cell));
    writeFileSync(`${path}.part`, JSON.stringify(entry));
    renameSync(`${path}.part`, `${path}.json`);
    this.release(entry.cell);
  }

  /** Takes over what was computed elsewhere; what is here already stays. */
  adopt(entries: readonly Entry<C, R>[]): void {
    const there = new Set(readdirSync(this.#folder));
    for (const entry of entries) if (!there.has(`${keyOf(entry.cell)}.json`)) this.write(entry);
  }

  release(cell: C): void {
    rmSync(join(this.#folder, `${keyOf(cell)}.claim`), { force: true });
  }

  #read(name: string): Entry<C, R> {
    return JSON.parse(readFileSync(join(this.#folder, name), 'utf8')) as Entry<C, R>;
  }
}

/** Puts our process's number into a file that must not be there yet. */
function attempt(claim: string): boolean {
  try {
    writeFileSync(claim, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function lives(claim: string): boolean {
  try {
    const pid = Number(readFileSync(claim, 'utf8'));
    // A claim that is being written holds nothing yet.
    return pid === 0 || (process.kill(pid, 0) && pid !== process.pid);
  } catch {
    return false;
  }
}
