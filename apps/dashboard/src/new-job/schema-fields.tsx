import { type Problem } from '@distiller/client';
import { useId } from 'react';
import { type Json, resolve } from '../job/spec-diff.ts';
import { type OpenApi, type Schema } from '../service/openapi.ts';
import { FileField } from '../uploads/file-field.tsx';
import { checkValue } from './check-value.ts';
import { KindField, ListField, MapField } from './composite-fields.tsx';
import { JsonField, ScalarField } from './scalar-fields.tsx';

export interface FieldProps {
  api: OpenApi;
  schema: Schema;
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
  /** Of the whole form: each field picks its own. */
  errors: NonNullable<Problem['errors']>;
  /** JSON Pointer of the field. */
  path: string;
}

interface NamedFieldProps extends FieldProps {
  name: string;
  isRequired: boolean;
}

type Properties = Record<string, Json | undefined>;

/** The fields of an object, one after the other. */
export function SchemaFields({ api, schema, value, onChange, errors, path }: FieldProps) {
  const shape = resolve(api, schema);
  const fields = (value ?? {}) as Properties;
  return Object.entries(shape.properties ?? {})
    .filter(([, property]) => property.const === undefined)
    .map(([name, property]) => (
      <Field
        key={name}
        {...{ api, errors, name }}
        schema={property}
        value={fields[name]}
        isRequired={shape.required?.includes(name) ?? false}
        path={`${path}/${name}`}
        onChange={(changed) => onChange(withField(fields, name, changed))}
      />
    ));
}

function withField(fields: Properties, name: string, value: Json | undefined): Json {
  const { [name]: _before, ...others } = fields;
  return Object.fromEntries(
    Object.entries(value === undefined ? others : { ...fields, [name]: value }).filter(([, one]) => one !== undefined),
  ) as Json;
}

function Field(props: NamedFieldProps) {
  const { api, name, path, onChange } = props;
  const schema = resolve(api, props.schema);
  const inner = { ...props, schema };
  if (name === 'upload') {
    return <FileField label="File" onUploaded={(upload) => onChange(upload?.id)} hint={schema.description ?? ''} />;
  }
  if (schema.oneOf) return <KindField {...inner} />;
  if (schema.type === 'object' && schema.properties) {
    return (
      <Section {...inner}>
        <SchemaFields {...inner} />
      </Section>
    );
  }
  if (schema.type === 'object') return <MapField {...inner} />;
  if (schema.type === 'array' && schema.items && path.endsWith('/augmentation')) return <ListField {...inner} />;
  return <Labelled {...inner} />;
}

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

function Labelled(props: NamedFieldProps) {
  const { name, schema, value, errors, path, isRequired } = props;
  const id = useId();
  const own = errors.filter(({ pointer }) => pointer === path).map(({ detail }) => detail);
  const fault = own[0] ?? checkValue(schema, value);
  const ids = { id, describedBy: `${id}-hint ${id}-error`, isInvalid: fault !== undefined };
  const isScalar = schema.type !== undefined && schema.type !== 'array' ? true : nullable(schema) !== undefined;
  return (
    <div className="field">
      <label htmlFor={id}>
        {title(name)} {isRequired && <span className="muted">(needed)</span>}
      </label>
      {isScalar ? (
        <ScalarField
          {...props}
          {...ids}
          schema={nullable(schema) ?? schema}
          isNullable={nullable(schema) !== undefined}
        />
      ) : (
        <JsonField {...props} {...ids} />
      )}
      <p className="hint" id={`${id}-hint`}>
        {schema.description} {schema.default !== undefined && schema.default !== null && defaultText(schema.default)}
      </p>
      <p className="field-error" id={`${id}-error`} aria-live="polite">
        {fault}
      </p>
    </div>
  );
}

/** The schema besides null, of one that allows null. */
function nullable(schema: Schema): Schema | undefined {
  const others = schema.anyOf?.filter(({ type }) => type !== 'null') ?? [];
  return schema.anyOf?.length === 2 && others.length === 1 ? others[0] : undefined;
}

/** What a closed section holds, as far as a word says it. */
function preview(value: Json | undefined): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : String(value.length);
  const { kind, preset } = (value ?? {}) as Record<string, Json | undefined>;
  return [kind, preset].filter((one) => typeof one === 'string').join(' ');
}

export const title = (name: string): string => name.replaceAll('_', ' ');

const defaultText = (value: unknown): string =>
  typeof value === 'object' ? '' : `Default: ${typeof value === 'string' ? value : JSON.stringify(value)}.`;
