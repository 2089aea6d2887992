import { ProblemError } from '@distiller/client';
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { IDENTITY, isRefused } from './identity.ts';

export type Connection = 'connected' | 'away' | 'failing';

let connection: Connection = 'connected';
const listeners = new Set<() => void>();

function note(next: Connection): void {
  if (next === connection) return;
  connection = next;
  for (const listener of listeners) listener();
}

/** True of an error that no service said anything about: `fetch` reached nobody. */
export const isUnreachable = (error: unknown): boolean => error instanceof TypeError;

function noteError(error: unknown): void {
  if (isUnreachable(error)) note('away');
  else if (error instanceof ProblemError) note(error.status >= 500 ? 'failing' : 'connected');
}

/** What the last answer, or its absence, says about the service. */
export function useConnection(): Connection {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => connection,
  );
}

/** A service that does not answer is asked again by the next poll. */
export function createQueries(): QueryClient {
  const queries: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, { queryKey }) => {
        noteError(error);
        // A key that is taken no more: who this is has to be asked again.
        if (isRefused(error) && queryKey[0] !== IDENTITY[0]) void queries.invalidateQueries({ queryKey: IDENTITY });
      },
      onSuccess: () => note('connected'),
    }),
    mutationCache: new MutationCache({ onError: noteError, onSuccess: () => note('connected') }),
    defaultOptions: {
      // The browser's own word for being offline says nothing about a service on the same machine.
      queries: { retry: false, staleTime: 1_000, networkMode: 'always' },
      mutations: { networkMode: 'always' },
    },
  });
  return queries;
}
