import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'wouter';

export interface Address {
  get(name: string): string | null;
  /** Values between commas. */
  list(name: string): string[];
  /** Null takes the parameter out. A change replaces the entry in the history: going back leaves the page. */
  set(changes: Record<string, string | null>): void;
}

/** The state of a page, in its address: a view can be bookmarked, shared and gone back to. */
export function useAddress(): Address {
  const [search, setSearch] = useSearchParams();
  const set = useCallback(
    (changes: Record<string, string | null>) =>
      setSearch(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(changes)) {
            if (value === null || value === '') after.delete(name);
            else after.set(name, value);
          }
          return after;
        },
        { replace: true },
      ),
    [setSearch],
  );
  return useMemo(
    () => ({
      get: (name) => search.get(name),
      list: (name) => (search.get(name) ?? '').split(',').filter((one) => one !== ''),
      set,
    }),
    [search, set],
  );
}
