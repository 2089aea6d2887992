import { useId, useState } from 'react';
import { type Json } from '../job/spec-diff.ts';
import { type FieldProps, type NamedFieldProps, title } from './field-props.ts';
import { NAMES_OF } from './known-names.tsx';

interface InputProps extends FieldProps {
  id: string;
  describedBy: string;
  isInvalid: boolean;
  isRequired: boolean;
  name: string;
  /** Empty is null. */
  isNullable?: boolean;
}

/** A word, a number, a yes or no. */
export function ScalarField(props: InputProps) {
  const { schema, value, onChange, id, describedBy, isInvalid, isRequired, name, isNullable } = props;
  const common = { id, 'aria-describedby': describedBy, 'aria-invalid': isInvalid || undefined };
  if (schema.enum) {
    const isOpen = !isRequired && schema.default === undefined;
    return (
      <select {...common} value={showScalar(value)} onChange={(event) => onChange(event.target.value || undefined)}>
        {isOpen && <option value="">–</option>}
        {schema.enum.map((one) => (
          <option key={String(one)}>{String(one)}</option>
        ))}
      </select>
    );
  }
  if (schema.type === 'boolean') {
    return (
      <input
        {...common}
        type="checkbox"
        checked={value === true}
        onChange={(event) => onChange(event.target.checked)}
      />
    );
  }
  if (schema.type === 'number' || schema.type === 'integer') {
    const read = (text: string) => (text === '' ? (isNullable ? null : undefined) : Number(text));
    return (
      <input
        {...common}
        type="number"
        step="any"
        value={showScalar(value)}
        required={isRequired}
        onChange={(event) => onChange(read(event.target.value))}
      />
    );
  }
  return (
    <input
      {...common}
      value={showScalar(value)}
      required={isRequired}
      list={NAMES_OF[name]}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => onChange(event.target.value || undefined)}
    />
  );
}

const showScalar = (value: Json | undefined): string | number =>
  typeof value === 'string' || typeof value === 'number' ? value : '';

/** What has no better field: written as JSON. */
export function JsonField({ value, onChange, id, describedBy }: InputProps) {
  const [text, setText] = useState(value === undefined ? '' : JSON.stringify(value));
  const [isBroken, setBroken] = useState(false);
  const write = (written: string) => {
    setText(written);
    try {
      onChange(written.trim() === '' ? undefined : (JSON.parse(written) as Json));
      setBroken(false);
    } catch {
      setBroken(true);
    }
  };
  return (
    <textarea
      id={id}
      aria-describedby={describedBy}
      aria-invalid={isBroken || undefined}
      className="mono"
      rows={2}
      value={text}
      placeholder="JSON"
      spellCheck={false}
      onChange={(event) => write(event.target.value)}
    />
  );
}

/** Names and values, a pair a line. */
export function MapField({ name, schema, value, onChange }: NamedFieldProps) {
  const id = useId();
  const [text, setText] = useState(() =>
    Object.entries((value ?? {}) as Record<string, Json>)
      .map(([key, one]) => `${key}=${typeof one === 'string' ? one : JSON.stringify(one)}`)
      .join('\n'),
  );
  const write = (written: string) => {
    setText(written);
    const pairs = written.split('\n').flatMap((line) => {
      const [key = '', ...rest] = line.split('=');
      return key.trim() === '' ? [] : [[key.trim(), rest.join('=').trim()] as const];
    });
    onChange(Object.fromEntries(pairs));
  };
  return (
    <div className="field">
      <label htmlFor={id}>{title(name)}</label>
      <textarea
        id={id}
        rows={2}
        className="mono"
        placeholder="study=first"
        value={text}
        aria-describedby={`${id}-hint`}
        onChange={(event) => write(event.target.value)}
      />
      <p className="hint" id={`${id}-hint`}>
        {schema.description} One name=value a line.
      </p>
    </div>
  );
}
