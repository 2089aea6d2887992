interface Counted {
  phase: string;
  done: number;
  total: number;
}

/** Seconds left of a phase at its pace since the first count that was told; undefined until there is a pace. */
export function createTimeLeft(): (counted: Counted, atMs: number) => number | undefined {
  let first: { phase: string; done: number; atMs: number } | undefined;
  let latest = 0;
  return ({ phase, done, total }, atMs) => {
    // A new phase, or an attempt that begins at an older checkpoint.
    if (first?.phase !== phase || done < latest) first = { phase, done, atMs };
    latest = done;
    const [more, passedMs] = [done - first.done, atMs - first.atMs];
    return more > 0 && passedMs > 0 ? (Math.max(0, total - done) * passedMs) / more / 1000 : undefined;
  };
}

export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}
