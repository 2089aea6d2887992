import fc from 'fast-check';

/** What of JSON Schema our OpenAPI document uses. */
export interface JsonSchema {
  $ref?: string;
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  propertyNames?: JsonSchema;
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
}

type Components = Record<string, JsonSchema>;

/** Deep enough for whatever is in whatever else, and not for ever. */
const MAX_ITEMS = 4;
const MAX_LENGTH = 40;
const MAX_OPTIONAL = 3;
/** What is right by a list that is too long for a document. */
const SAID_ELSEWHERE: Record<string, fc.Arbitrary<unknown>> = { game: fc.constantFrom('pong', 'breakout') };

/** Values that the schema allows, as JSON gives them. */
export function arbitraryOf(schema: JsonSchema, components: Components): fc.Arbitrary<unknown> {
  const inner = (one: JsonSchema) => arbitraryOf(one, components);
  if (schema.$ref !== undefined) return inner(components[schema.$ref.split('/').at(-1)!]!);
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants) return fc.oneof(...variants.map(inner));
  switch (schema.type) {
    case 'object':
      return object(schema, inner);
    case 'array': {
      const minLength = schema.minItems ?? 0;
      const maxLength = Math.min(schema.maxItems ?? Infinity, minLength + MAX_ITEMS);
      return fc.array(inner(schema.items ?? {}), { minLength, maxLength });
    }
    case 'string':
      return string(schema);
    case 'integer':
      return fc.integer(bounds(schema, 1));
    case 'number':
      return fc.double({ ...bounds(schema, Number.MIN_VALUE), noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function object(schema: JsonSchema, inner: (one: JsonSchema) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties, propertyNames } = schema;
  const valuesOf = ([name, one]: [string, JsonSchema]) => [name, SAID_ELSEWHERE[name] ?? inner(one)] as const;
  const known = Object.fromEntries(Object.entries(properties).map(valuesOf));
  const needed = required.filter((name) => name in known);
  const optional = Object.keys(known).filter((name) => !needed.includes(name));
  // Few of them at a time: what a schema says of several together is seldom met by chance.
  const named = fc.subarray(optional, { maxLength: Math.min(optional.length, MAX_OPTIONAL) }).chain((chosen) => {
    const names = [...needed, ...chosen];
    return fc.record(Object.fromEntries(names.map((name) => [name, known[name]!])));
  });
  if (typeof additionalProperties !== 'object') return named;
  const more = fc.dictionary(string(propertyNames ?? {}), inner(additionalProperties), { maxKeys: MAX_ITEMS });
  return fc.tuple(more, named).map(([others, own]) => ({ ...others, ...own }));
}

function string({ pattern, format, minLength = 0, maxLength = Infinity }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'date-time') {
    const moments = fc.date({ min: new Date('1990-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    return moments.map((date) => date.toISOString());
  }
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ minLength, maxLength: Math.min(maxLength, minLength + MAX_LENGTH) });
}

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema, smallest: number) {
  return {
    min: minimum ?? (exclusiveMinimum === undefined ? -1e6 : exclusiveMinimum + smallest),
    max: maximum ?? (exclusiveMaximum === undefined ? 1e6 : exclusiveMaximum - smallest),
  };
}

/** The same value with one thing in it that is not as it should be. */
export function damaged(value: unknown): fc.Arbitrary<unknown> {
  const odd = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constantFrom('', -1, 1e308, '\0', '__proto__', null, [], {}));
  if (Array.isArray(value) && value.length > 0) {
    const items = value as unknown[];
    return fc.nat(items.length - 1).chain((index) => {
      return fc.oneof(damaged(items[index]), odd).map((one): unknown => items.with(index, one));
    });
  }
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    const record = value as Record<string, unknown>;
    const keys = fc.constantFrom(...Object.keys(record), 'nothing-of-that-name');
    return keys.chain((key) => fc.oneof(damaged(record[key]), odd).map((one) => ({ ...record, [key]: one })));
  }
  return odd;
}
