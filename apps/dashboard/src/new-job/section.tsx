import { type Json } from '../job/spec-diff.ts';
import { type NamedFieldProps, title } from './field-props.ts';

/** Fields that belong together, folded away unless they are what one usually looks at. */
export function Section({ name, schema, value, path, children }: NamedFieldProps & { children: React.ReactNode }) {
  const depth = path.split('/').length - 1;
  return (
    <details className="section" open={depth < 3 && ['loss', 'file', 'student'].includes(name)}>
      <summary>
        {title(name)} <span className="muted">{preview(value)}</span>
      </summary>
      {schema.description && <p className="hint">{schema.description}</p>}
      <div className="section-fields">{children}</div>
    </details>
  );
}

/** What a closed section holds, as far as a word says it. */
function preview(value: Json | undefined): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : String(value.length);
  const { kind, preset } = (value ?? {}) as Record<string, Json | undefined>;
  return [kind, preset].filter((one) => typeof one === 'string').join(' ');
}
