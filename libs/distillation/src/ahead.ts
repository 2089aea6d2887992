/**
 * Steps for which things are made while one trains. One is enough, for a batch is gathered in a quarter of the shortest step (two
 * made no measurable difference), and each costs the memory of a batch.
 */
export const AHEAD = 1;

/**
 * Takes what belongs to each step, in order from any one on, and orders that of the steps after it in advance.
 * @param order begins to make what belongs to a step
 * @param lastStep no step after this one is ordered in advance
 */
export function orderAhead<T>(order: (step: number) => Promise<T>, lastStep: number): (step: number) => Promise<T> {
  const ordered = new Map<number, Promise<T>>();
  return (step) => {
    for (let wanted = step; wanted <= Math.min(step + AHEAD, lastStep); wanted++) {
      if (ordered.has(wanted)) continue;
      const made = order(wanted);
      // Whoever takes the step hears of it; nobody may.
      made.catch(() => undefined);
      ordered.set(wanted, made);
    }
    const taken = ordered.get(step)!;
    ordered.delete(step);
    return taken;
  };
}
