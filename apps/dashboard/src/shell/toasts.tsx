import { useEffect, useSyncExternalStore } from 'react';

interface Toast {
  id: number;
  text: string;
  tone: 'good' | 'bad';
}

const SHOWN_MS = 6_000;
let toasts: readonly Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();

function set(changed: readonly Toast[]): void {
  toasts = changed;
  for (const listener of listeners) listener();
}

/** Says something in passing; a screen reader says it when it has finished what it is saying. */
export function toast(text: string, tone: Toast['tone'] = 'good'): void {
  set([...toasts.slice(-3), { id: next++, text, tone }]);
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div className="toasts" aria-live="polite">
      {shown.map((one) => (
        <ToastLine key={one.id} toast={one} />
      ))}
    </div>
  );
}

function ToastLine({ toast: { id, text, tone } }: { toast: Toast }) {
  const remove = () => set(toasts.filter((one) => one.id !== id));
  useEffect(() => {
    const timer = setTimeout(() => set(toasts.filter((one) => one.id !== id)), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id]);
  return (
    <div className={`toast ${tone}`}>
      <span>{text}</span>
      <button type="button" className="quiet icon" aria-label="Dismiss" onClick={remove}>
        ×
      </button>
    </div>
  );
}
