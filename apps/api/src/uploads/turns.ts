/** One of a project: another project's request must not interrupt anybody's work by its id. */
interface Place {
  projectId: string;
  id: string;
}

/** One at a time for each upload: a client that comes back takes over from the connection that it lost. */
export interface Turns {
  /** @param interrupt ends the work early, for who comes next */
  take<T>(upload: Place, interrupt: () => void, work: () => Promise<T>): Promise<T>;
}

export function createTurns(): Turns {
  const current = new Map<string, { interrupt: () => void; ended: Promise<unknown> }>();
  return {
    async take({ projectId, id }, interrupt, work) {
      const place = `${projectId} ${id}`;
      for (let turn = current.get(place); turn; turn = current.get(place)) {
        turn.interrupt();
        await turn.ended;
      }
      const working = work();
      const ended = working.catch(() => undefined).finally(() => current.delete(place));
      current.set(place, { interrupt, ended });
      return working;
    },
  };
}
