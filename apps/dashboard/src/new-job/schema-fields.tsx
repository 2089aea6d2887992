import { useId } from 'react';
import { defaultsOf, type Json, resolve, variantOf } from '../job/spec-diff.ts';
import { kindOf, type OpenApi, type Schema } from '../service/openapi.ts';
import { FileField } from '../uploads/file-field.tsx';
import { checkValue } from './check-value.ts';
import { type FieldProps, type NamedFieldProps, title } from './field-props.ts';
import { JsonField, MapField, ScalarField } from './scalar-fields.tsx';
import { Section } from './section.tsx';

type Properties = Record<string, Json | undefined>;

/** The fields of an object, one after the other. */
export function SchemaFields({ api, schema, value, onChange, errors, path }: FieldProps) {
  const shape = resolve(api, schema);
  const fields = (value ?? {}) as Properties;
  // What is left out whole needs none of its parts: a browser would refuse to send the form, and say so where nobody sees it.
  const needed = value === undefined ? [] : (shape.required ?? []);
  return Object.entries(shape.properties ?? {})
    .filter(([, property]) => property.const === undefined)
    .map(([name, property]) => (
      <Field
        key={name}
        {...{ api, errors, name }}
        schema={property}
        value={fields[name]}
        isRequired={needed.includes(name)}
        path={`${path}/${name}`}
        onChange={(changed) => onChange(withField(fields, name, changed))}
      />
    ));
}

function withField(fields: Properties, name: string, value: Json | undefined): Json {
  return Object.fromEntries(
    Object.entries({ ...fields, [name]: value }).filter(([, one]) => one !== undefined),
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
    const change = (changed: Json | undefined) => onChange(isEmpty(changed) && !props.isRequired ? undefined : changed);
    return (
      <Section {...inner}>
        <SchemaFields {...inner} onChange={change} />
      </Section>
    );
  }
  if (schema.type === 'object' && holdsText(schema)) return <MapField {...inner} />;
  if (schema.type === 'array' && schema.items && path.endsWith('/augmentation')) return <ListField {...inner} />;
  return <Labelled {...inner} />;
}

const isEmpty = (value: Json | undefined) => Object.keys(value ?? {}).length === 0;

function Labelled(props: NamedFieldProps) {
  const { name, schema, value, errors, path, isRequired } = props;
  const id = useId();
  const own = errors.filter(({ pointer }) => pointer === path).map(({ detail }) => detail);
  const fault = own[0] ?? checkValue(schema, value);
  const ids = { id, describedBy: `${id}-hint ${id}-error`, isInvalid: fault !== undefined };
  const isWhole = schema.type === undefined || schema.type === 'array' || schema.type === 'object';
  const isScalar = !isWhole || nullable(schema) !== undefined;
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

/** Names and words, and not names and more. */
function holdsText({ additionalProperties }: Schema): boolean {
  return typeof additionalProperties === 'object' && additionalProperties.type === 'string';
}

/** The schema besides null, of one that allows null. */
function nullable(schema: Schema): Schema | undefined {
  const others = schema.anyOf?.filter(({ type }) => type !== 'null') ?? [];
  return schema.anyOf?.length === 2 && others.length === 1 ? others[0] : undefined;
}

const defaultText = (value: unknown): string =>
  typeof value === 'object' ? '' : `Default: ${typeof value === 'string' ? value : JSON.stringify(value)}.`;

/** What a new value of a schema is: its defaults. */
function fresh(api: OpenApi, schema: Schema, kind: string): Json {
  const variant = variantOf(api, resolve(api, schema), kind);
  return { kind, ...((variant && defaultsOf(api, variant, { kind })) as object) };
}

function kindsOf(api: OpenApi, schema: Schema): string[] {
  return (schema.oneOf ?? []).map((one) => kindOf(resolve(api, one)));
}

/** One of several kinds, each with fields of its own. */
function KindField(props: NamedFieldProps) {
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
function ListField(props: NamedFieldProps) {
  const { api, schema, value, onChange, path, name } = props;
  const items = Array.isArray(value) ? value : [];
  const item = resolve(api, schema.items ?? {});
  const replace = (index: number, changed: Json | undefined) =>
    onChange(items.flatMap((one, at) => (at !== index ? [one] : changed === undefined ? [] : [changed])));
  return (
    <Section {...props}>
      {items.map((one, index) => (
        // Their order is what they are.
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
