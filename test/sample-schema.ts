interface Schema {
  $ref?: string;
  const?: unknown;
  default?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minItems?: number;
  minimum?: number;
}

/** The smallest thing that a JSON schema takes, by and large: patterns are not looked at. */
export function sample(schema: object, components: unknown): unknown {
  const { $ref, anyOf, oneOf, allOf, ...rest } = schema as Schema;
  const one = $ref === undefined ? (anyOf ?? oneOf ?? allOf)?.[0] : named($ref, components);
  if (one) return sample(one, components);
  if (rest.default !== undefined) return rest.default;
  if (rest.const !== undefined) return rest.const;
  if (rest.enum) return rest.enum[0];
  switch (rest.type) {
    case 'object': {
      const fields = (rest.required ?? []).map((name) => [name, sample(rest.properties?.[name] ?? {}, components)]);
      return Object.fromEntries(fields) as object;
    }
    case 'array':
      return Array.from({ length: rest.minItems ?? 0 }, () => sample(rest.items ?? {}, components));
    case 'integer':
    case 'number':
      return rest.minimum ?? 1;
    case 'boolean':
      return false;
    default:
      return 'a';
  }
}

function named(reference: string, components: unknown): Schema | undefined {
  const name = reference.slice(reference.lastIndexOf('/') + 1);
  return (components as { schemas: Record<string, Schema> }).schemas[name];
}
