import { type OpenApi, type Schema } from '../service/openapi.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = Record<string, Json>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A schema with its reference followed; what stands beside the reference (a default, a description) counts. */
export function resolve(api: OpenApi, schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined
    ? schema
    : { ...resolve(api, api.components.schemas[name] ?? {}), ...schema, $ref: undefined };
}

/** Of a union, the variant that a value's `kind` names. */
export function variantOf(api: OpenApi, schema: Schema, kind: unknown): Schema | undefined {
  return (schema.oneOf ?? []).map((one) => resolve(api, one)).find((one) => one.properties?.['kind']?.const === kind);
}

/** What a spec of the same kinds would be with nothing said but what must be: every default filled in. */
export function defaultsOf(api: OpenApi, schema: Schema, actual: unknown): Json | undefined {
  const resolved = resolve(api, schema);
  if (!isObject(actual)) return resolved.default as Json | undefined;
  const shape = resolved.oneOf ? variantOf(api, resolved, actual['kind']) : resolved;
  if (!shape?.properties) return resolved.default as Json | undefined;
  const filled: JsonObject = {};
  for (const [name, property] of Object.entries(shape.properties)) {
    const value = defaultsOf(api, property, actual[name]);
    if (value !== undefined) filled[name] = value;
  }
  // The kind of another variant stands against the one that was chosen; its fields are compared with the chosen one's.
  if (isObject(resolved.default) && resolved.default['kind'] !== undefined) filled['kind'] = resolved.default['kind'];
  return filled;
}

/** Fields by their paths: `loss.value.kind`. Lists are told whole. */
export function flatten(value: unknown, path = ''): Map<string, Json> {
  if (!isObject(value)) return new Map(path === '' ? [] : [[path, value as Json]]);
  const entries = Object.entries(value);
  if (entries.length === 0 && path !== '') return new Map([[path, {}]]);
  return new Map(entries.flatMap(([key, inner]) => [...flatten(inner, path === '' ? key : `${path}.${key}`)]));
}

export interface DiffRow {
  path: string;
  own: Json | undefined;
  other: Json | undefined;
  isSame: boolean;
}

export function diff(own: unknown, other: unknown): DiffRow[] {
  const [left, right] = [flatten(own), flatten(other)];
  return [...new Set([...left.keys(), ...right.keys()])].map((path) => {
    const [a, b] = [left.get(path), right.get(path)];
    return { path, own: a, other: b, isSame: JSON.stringify(a) === JSON.stringify(b) };
  });
}

/** A spec without what the service would fill in by itself. */
export function withoutDefaults(own: Json, defaults: Json | undefined): Json | undefined {
  if (!isObject(own) || !isObject(defaults)) {
    return JSON.stringify(own) === JSON.stringify(defaults) ? undefined : own;
  }
  const kept = Object.entries(own).flatMap(([key, value]) => {
    const left = withoutDefaults(value, defaults[key]);
    return left === undefined ? [] : [[key, left] as const];
  });
  if (kept.length === 0) return undefined;
  // Which variant the fields are of must be said with them.
  return { ...(own['kind'] !== undefined && { kind: own['kind'] }), ...Object.fromEntries(kept) };
}

export const showJson = (value: Json | undefined): string =>
  value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);
