// Requests made up from the OpenAPI document by the hundred a second: right ones, damaged ones and rubbish.
import fc from 'fast-check';
import { arbitraryOf, damaged, type JsonSchema } from '../schema-arbitrary.ts';

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  schema: JsonSchema;
}

interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema> };
}

interface Generated {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

interface Sending {
  key: string;
  seed: number;
  count: number;
  /** Ids of real rows by collection, one's own and another's. */
  ids: Record<string, string[]>[];
}

const AT_ONCE = 8;

/** Whoever stands between judges the answers. */
export async function sendGenerated(url: string, { key, seed, count, ids }: Sending): Promise<void> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as Document;
  const requests = fc.sample(anyRequest(document, ids), { seed, numRuns: count });
  const authorization = `Bearer ${key}`;
  const send = async ({ method, path, headers, body }: Generated) => {
    const options = { method, headers: { ...headers, authorization }, body: body ?? null, redirect: 'manual' as const };
    // What cannot even be sent is no request; an answer that does not come is the proxy's to tell.
    const response = await fetch(`${url}${path}`, options).catch(() => undefined);
    await response?.arrayBuffer().catch(() => undefined);
  };
  const next = requests.values();
  const sendAll = async () => {
    for (const request of next) await send(request);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sendAll));
}

function anyRequest(document: Document, ids: Sending['ids']): fc.Arbitrary<Generated> {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const { schemas } = document.components;
  // `Prefer: wait=60` would have us wait.
  const isUseful = ({ name }: Parameter) => name !== 'prefer';
  const all = operations.map(({ path, method, operation: { parameters = [], requestBody } }) => {
    const of = (place: Parameter['in']) =>
      values(
        parameters.filter((one) => one.in === place && isUseful(one)),
        schemas,
      );
    const known = ids.flatMap((one) => one[path.split('/')[2]!] ?? []);
    const id =
      known.length > 0
        ? fc.oneof(fc.constantFrom(...known), fc.string({ maxLength: 80 }))
        : fc.string({ maxLength: 80 });
    return fc
      .record({ id, place: of('path'), query: of('query'), headers: of('header'), body: bodyOf(requestBody, schemas) })
      .map(({ id: drawn, place, query, headers, body }) => ({
        method,
        path: `${fill(path, { ...place, id: drawn })}?${new URLSearchParams(query).toString()}`,
        headers: {
          ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, printable(value)])),
          ...body.headers,
        },
        body: method === 'GET' ? undefined : body.text,
      }));
  });
  return fc.oneof(...all);
}

/** Some of the parameters, most of them as they should be. */
function values(
  parameters: Parameter[],
  schemas: Document['components']['schemas'],
): fc.Arbitrary<Record<string, string>> {
  const known = parameters.map(({ name, schema }) => {
    const right = arbitraryOf(schema, schemas);
    return [name, fc.oneof({ weight: 3, arbitrary: right }, fc.string(), fc.jsonValue()).map(asText)] as const;
  });
  // Those that are left out are not there at all.
  return fc.record(Object.fromEntries(known), { requiredKeys: [] }) as fc.Arbitrary<Record<string, string>>;
}

function bodyOf(requestBody: Operation['requestBody'], schemas: Document['components']['schemas']) {
  const [type, { schema }] = Object.entries(requestBody?.content ?? {})[0] ?? ['application/json', { schema: {} }];
  const right = arbitraryOf(schema, schemas);
  const json = fc.oneof(right, right.chain(damaged), fc.jsonValue()).map((value) => JSON.stringify(value));
  const text = fc.oneof({ weight: 6, arbitrary: json }, fc.string(), fc.constant(''));
  const types = fc.oneof(
    { weight: 6, arbitrary: fc.constant(type) },
    fc.constantFrom('text/plain', 'application/xml', 'a'),
  );
  return fc.record({ text, headers: types.map((one) => ({ 'content-type': one })) });
}

function fill(path: string, place: Record<string, string>): string {
  return path.replace(/\{([^}]+)\}/g, (_all, name: string) => encodeURIComponent(wellFormed(place[name] ?? 'x')));
}

const asText = (value: unknown) => wellFormed(typeof value === 'string' ? value : JSON.stringify(value));
const wellFormed = (text: string) => text.replace(/\p{Surrogate}/gu, '?');
const printable = (text: string) => text.replace(/[^\x20-\x7e]/g, '?').trim();
