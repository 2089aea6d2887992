/**
 * Measures how fast a count grows, from the first call on: all that happens between two steps (evaluations, checkpoints)
 * is in it, what came before the first is not.
 * @returns a function that takes the count and gives steps a second; undefined until two different counts were told
 */
export function createPace(now: () => number = () => performance.now()): (step: number) => number | undefined {
  let first: { step: number; atMs: number } | undefined;
  return (step) => {
    const atMs = now();
    first ??= { step, atMs };
    if (step <= first.step || atMs <= first.atMs) return undefined;
    return (1000 * (step - first.step)) / (atMs - first.atMs);
  };
}
