/** What of JSON Schema the service's document uses. */
export interface Schema {
  $ref?: string;
  type?: string | readonly string[];
  const?: unknown;
  enum?: readonly unknown[];
  default?: unknown;
  description?: string;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  items?: Schema;
  oneOf?: readonly Schema[];
  anyOf?: readonly Schema[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
}

export interface Document {
  components: { schemas: Readonly<Record<string, Schema>> };
}

/** A schema by itself, with what is said of it where it is used. */
export function resolve(document: Document, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const { $ref, ...said } = schema;
  const found = document.components.schemas[$ref.split('/').at(-1)!];
  if (!found) throw new Error(`the service's document lacks ${$ref}`);
  return { ...resolve(document, found), ...said };
}

/** The forms that a value may take, one that is null left out: of kinds each, of an object itself. */
export function formsOf(document: Document, schema: Schema): Schema[] {
  const resolved = resolve(document, schema);
  const several = resolved.oneOf ?? resolved.anyOf;
  if (!several) return [resolved];
  return several.flatMap((form) => formsOf(document, form)).filter(({ type }) => type !== 'null');
}

/** A form's own name, where it has one. */
export const kindOf = (form: Schema): string | undefined => {
  const kind = form.properties?.['kind']?.const;
  return typeof kind === 'string' ? kind : undefined;
};

/** Fields by name, of every form that has them. */
export function fieldNames(document: Document, schema: Schema): string[] {
  return [...new Set(formsOf(document, schema).flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

/** What stands under a name: a field, a kind, or what a list holds. */
export function child(document: Document, schema: Schema, name: string): Schema | undefined {
  const forms = formsOf(document, schema);
  const byKind = forms.find((form) => kindOf(form) === name);
  if (byKind) return byKind;
  const field = forms.flatMap(({ properties }) => properties?.[name] ?? [])[0];
  return field ?? forms.flatMap(({ items }) => (items ? (child(document, items, name) ?? []) : []))[0];
}
