import { useSyncExternalStore } from 'react';

const PARAMETER = 'job';
const listeners = new Set<() => void>();

/** The job in the address, so that a view can be bookmarked, shared and gone back to. */
export function useSelectedJob(): [selected: string | null, select: (id: string) => void] {
  const selected = useSyncExternalStore(subscribe, () => new URLSearchParams(location.search).get(PARAMETER));
  return [selected, select];
}

export const jobAddress = (id: string): string => `?${new URLSearchParams({ [PARAMETER]: id }).toString()}`;

function select(id: string): void {
  history.pushState(null, '', jobAddress(id));
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    removeEventListener('popstate', listener);
  };
}
