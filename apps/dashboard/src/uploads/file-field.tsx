import { type Upload } from '@distiller/client';
import { useRef, useState } from 'react';
import { formatBytes } from '../charts/format.ts';
import { describeError } from '../shell/states.tsx';
import { upload } from './upload.ts';

export interface FileFieldProps {
  label: string;
  hint?: string;
  accept?: string;
  /** The upload when it is whole; null when it was given up. */
  onUploaded: (upload: Upload | null, file: File | null) => void;
}

/** A file that is on its way as soon as it is chosen. */
export function FileField({ label, hint, accept, onUploaded }: FileFieldProps) {
  const [state, setState] = useState<{ text: string; share?: number; isBad?: boolean }>({ text: '' });
  const leave = useRef<AbortController | null>(null);
  const choose = async (file: File | undefined) => {
    leave.current?.abort();
    onUploaded(null, null);
    if (!file) return setState({ text: '' });
    const controller = new AbortController();
    leave.current = controller;
    const text = `${file.name}, ${formatBytes(file.size)}`;
    setState({ text, share: 0 });
    try {
      const onProgress = (share: number) => setState({ text, share });
      const uploaded = await upload(file, { signal: controller.signal, onProgress });
      setState({ text: `${text} is there: sha256 ${uploaded.sha256.slice(0, 12)}…` });
      onUploaded(uploaded, file);
    } catch (error) {
      if (!controller.signal.aborted) setState({ text: describeError(error), isBad: true });
    }
  };
  return (
    <div className="field">
      <label>
        {label}
        <input type="file" accept={accept} onChange={(event) => void choose(event.target.files?.[0])} />
      </label>
      {hint && <p className="hint">{hint}</p>}
      {state.share !== undefined && <progress value={state.share} max={1} aria-label={`${label}, sent`} />}
      <p className={state.isBad ? 'field-error' : 'hint'} aria-live="polite">
        {state.text}
      </p>
    </div>
  );
}
