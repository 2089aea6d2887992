import { useRef, useState } from 'react';
import { type Shortcut, shortcutsNow, switchShortcuts, useShortcut, useShortcutsOn } from './shortcuts.ts';

/** What every key does on this page; `?` opens it. */
export function HelpDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [keys, setKeys] = useState<Shortcut[]>([]);
  const on = useShortcutsOn();
  const open = () => {
    setKeys(shortcutsNow());
    dialog.current?.showModal();
  };
  useShortcut({ key: '?', meaning: 'Show this help' }, open);
  return (
    <>
      <button type="button" className="quiet icon" onClick={open} aria-label="Keyboard shortcuts" title="Shortcuts (?)">
        ?
      </button>
      <dialog ref={dialog} aria-labelledby="help-title" className="dialog">
        <h2 id="help-title">Keyboard shortcuts</h2>
        <dl className="keys">
          {keys.map(({ key, meaning }) => (
            <div key={key + meaning}>
              <dt>
                <kbd>{key === 'Escape' ? 'Esc' : key}</kbd>
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
          <div>
            <dt>
              <kbd>←</kbd> <kbd>→</kbd> <kbd>↑</kbd> <kbd>↓</kbd>
            </dt>
            <dd>On a chart: point by point, curve by curve; Home and End to its ends</dd>
          </div>
        </dl>
        <label className="check">
          <input type="checkbox" checked={on} onChange={(event) => switchShortcuts(event.target.checked)} />
          Single-letter shortcuts are on
        </label>
        <form method="dialog">
          <button className="primary">Close</button>
        </form>
      </dialog>
    </>
  );
}
