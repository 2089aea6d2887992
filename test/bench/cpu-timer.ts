import { readdirSync, readFileSync } from 'node:fs';

/** Frames a second on the clock, and a second of one core: on a machine that others load, the latter is what counts. */
export interface Rate {
  frames_per_second: number;
  frames_per_cpu_second: number;
}

/** Times this process and its children, on Linux. */
export function startTimer(): (frames: number) => Rate {
  const [startedAtMs, cpuBefore] = [performance.now(), cpuSeconds()];
  return (frames) => ({
    frames_per_second: Math.round(frames / ((performance.now() - startedAtMs) / 1000)),
    frames_per_cpu_second: Math.round(frames / (cpuSeconds() - cpuBefore)),
  });
}

const TICKS_PER_SECOND = 100;

/** Of this process and of its children that run. */
function cpuSeconds(): number {
  const fields = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const [, numbers] = statOf(pid).split(') ');
      const [, parent, ...rest] = (numbers ?? '').split(' ');
      const own = Number(pid) === process.pid || Number(parent) === process.pid;
      return own ? [Number(rest[9]) + Number(rest[10])] : [];
    });
  return fields.reduce((sum, ticks) => sum + ticks, 0) / TICKS_PER_SECOND;
}

function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    // It has just ended.
    return '';
  }
}
