import { useSyncExternalStore } from 'react';

const query = matchMedia('(prefers-color-scheme: dark)');

/** Whether the system asks for dark: what is drawn on a canvas does not follow the style sheet by itself. */
export function useDark(): boolean {
  return useSyncExternalStore(
    (listener) => {
      query.addEventListener('change', listener);
      return () => query.removeEventListener('change', listener);
    },
    () => query.matches,
  );
}
