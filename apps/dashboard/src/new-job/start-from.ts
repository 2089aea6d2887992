import { defaultsOf, type Json } from '../job/spec-diff.ts';
import { type OpenApi, type Schema } from '../service/openapi.ts';

/** What the form begins with: another job's spec, else the defaults of a kind, and then what the address names. */
export function startFrom(api: OpenApi, schema: Schema, spec: unknown, search: URLSearchParams): Json {
  const kind = search.get('kind') ?? (spec as { kind?: string } | undefined)?.kind ?? 'distillation';
  const start = (spec ?? { kind, ...(defaultsOf(api, schema, { kind }) as object) }) as Record<string, Json>;
  const named = [...search].filter(([path, value]) => !['kind', 'from'].includes(path) && value !== '');
  return named.reduce((filled, [path, value]) => withPath(filled, path.split('.'), value), start);
}

function withPath(value: Record<string, Json>, [first = '', ...rest]: string[], given: string): Record<string, Json> {
  if (rest.length === 0) return { ...value, [first]: given };
  return { ...value, [first]: withPath((value[first] ?? {}) as Record<string, Json>, rest, given) };
}
