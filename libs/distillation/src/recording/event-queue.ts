/** Events of work that goes on by itself, for one who listens. */
export interface EventQueue<T> {
  tell(event: T): void;
  /** Yields what was told, in order, until the work ends. @throws what the work throws */
  listen(work: Promise<void>): AsyncGenerator<T>;
}

export function createEventQueue<T>(): EventQueue<T> {
  const events: T[] = [];
  let wake = () => {};
  return {
    tell(event) {
      events.push(event);
      wake();
    },
    async *listen(work) {
      let ended = false;
      const end = () => {
        ended = true;
        wake();
      };
      work.then(end, end);
      for (;;) {
        while (events.length > 0) yield events.shift()!;
        if (ended) break;
        await new Promise<void>((resolve) => (wake = resolve));
      }
      await work;
    },
  };
}
