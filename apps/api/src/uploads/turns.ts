/** One at a time for each upload: a client that comes back takes over from the connection that it lost. */
export interface Turns {
  /** @param interrupt ends the work early, for who comes next */
  take<T>(id: string, interrupt: () => void, work: () => Promise<T>): Promise<T>;
}

export function createTurns(): Turns {
  const current = new Map<string, { interrupt: () => void; ended: Promise<unknown> }>();
  return {
    async take(id, interrupt, work) {
      for (let turn = current.get(id); turn; turn = current.get(id)) {
        turn.interrupt();
        await turn.ended;
      }
      const working = work();
      const ended = working.catch(() => undefined).finally(() => current.delete(id));
      current.set(id, { interrupt, ended });
      return working;
    },
  };
}
