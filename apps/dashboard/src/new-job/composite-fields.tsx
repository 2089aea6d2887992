import { useId, useState } from 'react';
import { defaultsOf, type Json, resolve, variantOf } from '../job/spec-diff.ts';
import { type OpenApi, type Schema } from '../service/openapi.ts';
import { type FieldProps, SchemaFields, Section, title } from './schema-fields.tsx';

interface NamedFieldProps extends FieldProps {
  name: string;
  isRequired: boolean;
}

/** What a new value of a schema is: its defaults. */
function fresh(api: OpenApi, schema: Schema, kind: string): Json {
  const variant = variantOf(api, resolve(api, schema), kind);
  return { kind, ...((variant && defaultsOf(api, variant, { kind })) as object) };
}

function kindsOf(api: OpenApi, schema: Schema): string[] {
  return (schema.oneOf ?? []).map((one) => String(resolve(api, one).properties?.['kind']?.const ?? ''));
}

/** One of several kinds, each with fields of its own. */
export function KindField(props: NamedFieldProps) {
  const { api, schema, value, onChange, name } = props;
  const id = useId();
  const kind = (value as { kind?: string } | undefined)?.kind ?? '';
  const variant = variantOf(api, schema, kind);
  return (
    <Section {...props}>
      <div className="field">
        <label htmlFor={id}>{title(name)}: kind</label>
        <select id={id} value={kind} onChange={(event) => onChange(fresh(api, schema, event.target.value))}>
          {kind === '' && <option value="">–</option>}
          {kindsOf(api, schema).map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
        <p className="hint">{variant?.properties?.['kind']?.description ?? variant?.description}</p>
      </div>
      {variant && <SchemaFields {...props} schema={variant} />}
    </Section>
  );
}

/** Several of several kinds, in order. */
export function ListField(props: NamedFieldProps) {
  const { api, schema, value, onChange, path, name } = props;
  const items = (Array.isArray(value) ? value : []) as Json[];
  const item = resolve(api, schema.items ?? {});
  const replace = (index: number, changed: Json | undefined) =>
    onChange(items.flatMap((one, at) => (at !== index ? [one] : changed === undefined ? [] : [changed])));
  return (
    <Section {...props}>
      {items.map((one, index) => (
        // eslint-disable-next-line @eslint-react/no-array-index-key -- their order is what they are
        <div key={index} className="list-item">
          <KindField
            {...props}
            name={`${name} ${index + 1}`}
            schema={item}
            value={one}
            path={`${path}/${index}`}
            onChange={(changed) => replace(index, changed)}
          />
          <button type="button" className="quiet" onClick={() => replace(index, undefined)}>
            Remove
          </button>
        </div>
      ))}
      <button type="button" onClick={() => onChange([...items, fresh(api, item, kindsOf(api, item)[0] ?? '')])}>
        Add
      </button>
    </Section>
  );
}

/** Names and values, a pair a line. */
export function MapField({ name, schema, value, onChange }: NamedFieldProps) {
  const id = useId();
  const [text, setText] = useState(() =>
    Object.entries((value ?? {}) as Record<string, Json>)
      .map(([key, one]) => `${key}=${String(one)}`)
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
