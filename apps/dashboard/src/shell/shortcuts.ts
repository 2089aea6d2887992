import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';

export interface Shortcut {
  key: string;
  meaning: string;
}

const KEY = 'shortcuts';
const active = new Map<object, Shortcut & { run: (event: KeyboardEvent) => void }>();
const listeners = new Set<() => void>();
let isOn = localStorage.getItem(KEY) !== 'off';

/** Keys that do something now; WCAG 2.1.4 wants single-letter keys to be switched off by whoever speaks to the page. */
export function switchShortcuts(on: boolean): void {
  isOn = on;
  localStorage.setItem(KEY, on ? 'on' : 'off');
  for (const listener of listeners) listener();
}

export function useShortcutsOn(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isOn,
  );
}

export function shortcutsNow(): Shortcut[] {
  return [...active.values()].map(({ key, meaning }) => ({ key, meaning }));
}

/** One key, while the component is on the page; not while the reader writes or a dialog is open. */
export function useShortcut({ key, meaning }: Shortcut, run: (event: KeyboardEvent) => void): void {
  const act = useEffectEvent(run);
  useEffect(() => {
    const token = {};
    active.set(token, { key, meaning, run: (event) => act(event) });
    return () => void active.delete(token);
  }, [key, meaning]);
}

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  // Escape is no letter: it stays.
  if (!isOn && event.key !== 'Escape') return;
  if (isWriting(event.target) && event.key !== 'Escape') return;
  if (document.querySelector('dialog[open]')) return;
  const found = [...active.values()].reverse().find(({ key }) => key === event.key);
  if (!found) return;
  event.preventDefault();
  found.run(event);
});

function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'range'].includes(target.type);
  return target.isContentEditable || target.matches('textarea, select');
}
