import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { programOf } from '@distiller/programs';

const PATIENCE_MS = 30_000;

/** True while the process exists and is not a zombie that waits for its parent. */
export function isRunning(pid: number): boolean {
  const state = readOr(`/proc/${pid}/stat`).split(') ')[1]?.[0];
  return state !== undefined && state !== 'Z';
}

/** The living processes whose command line or environment holds the text: how a test finds all that it started. */
export function processesWith(text: string): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), command: readOr(`/proc/${name}/cmdline`).replaceAll('\0', ' ').trim() }))
    .filter(({ pid }) => pid !== process.pid && isRunning(pid))
    .filter(({ pid, command }) => command.includes(text) || readOr(`/proc/${pid}/environ`).includes(text));
}

/** Whether a command line is of one of our programs, from the bundle or not; `source` is its first file, from the root. */
export function runsProgram(command: string, source: string): boolean {
  return command.includes(programOf(new URL(`../${source}`, import.meta.url)).script);
}

/** Waits for a fact; throws with its description when it does not come. */
export async function waitUntil(
  fact: () => boolean | Promise<boolean>,
  description: string,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await fact())) {
    if (Date.now() > deadline) throw new Error(`Waited ${patienceMs / 1000} s in vain: ${description}.`);
    await sleep(50);
  }
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
