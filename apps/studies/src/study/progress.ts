/** Says how far a run is, and from its pace how long it will take. @param before cells that were done when it started */
export function progressOf(before: number, now: () => number = Date.now) {
  const startedAt = now();
  return ({ done, of }: { done: number; of: number }): string => {
    const secondsEach = (now() - startedAt) / 1000 / Math.max(1, done - before);
    return `${done} of ${of} known cells, ${duration(secondsEach * (of - done))} left for them`;
  };
}

function duration(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(0)} s`;
  if (seconds < 5400) return `${(seconds / 60).toFixed(0)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
