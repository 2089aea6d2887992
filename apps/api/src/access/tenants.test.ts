import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, type Api, registerBoth, startApi, tinyTeacher } from '../../../../test/api.ts';
import { type KeyInput } from '../keys/schema.ts';
import { createUrlGuard } from '../webhooks/url-guard.ts';
import { sample } from '../../../../test/sample-schema.ts';

type Calls = ReturnType<Api['as']>;
type Response = Awaited<ReturnType<Calls['get']>>;
interface Operation {
  path: string;
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body: object | undefined;
}

let api: Api;
let ours: Calls;
let theirs: Calls;
/** Ids and names of what is ours, by the collection in the address. */
let known: Record<string, string[]>;
let operations: Operation[];
let spec: object;
/** What our webhook was told. */
let delivery: string;

beforeAll(async () => {
  api = await startApi({ auth: 'keys', webhookGuard: createUrlGuard({ allow: ['127.0.0.1/32'] }) });
  const scopes = (await import('./scopes.ts')).Scope.options.filter((scope) => scope !== 'admin');
  const member = async (name: string) => {
    const { id } = await api.storage.projects.create({ name });
    return { id, calls: await caller(id, scopes) };
  };
  const [first, second] = [await member('ours'), await member('theirs')];
  [ours, theirs] = [first.calls, second.calls];
  spec = await registerBoth(ours, 'tiny');
  await makeEverything(first.id);
  operations = readOperations((await api.get('/openapi.json')).body);
  known = await readKnown();
}, 60_000);

afterAll(() => api.close());

/** Says what tus asks for with every call: elsewhere it means nothing. */
async function caller(project: string, scopes: KeyInput['scopes']): Promise<Calls> {
  const { text } = await api.newKey({ project, scopes });
  return api.withHeaders({ authorization: `Bearer ${text}`, 'tus-resumable': '1.0.0' });
}

/** One job that has made all that a job can make, one that waits, an upload, and a webhook that was told of the second. */
async function makeEverything(projectId: string): Promise<void> {
  const { id } = await api.storage.jobs.create({ kind: 'x', spec: {}, totalSteps: 1, metadata: {}, projectId });
  const webhook = await ours.post('/v1/webhooks', {
    url: 'http://127.0.0.1:9/',
    events: ['job.validating', 'job.queued'],
  });
  await ours.post('/v1/jobs', spec);
  const told = await ours.get(`/v1/webhooks/${webhook.body.id}/deliveries`);
  delivery = String(told.body.data?.[0]?.['id']);
  const done = await ours.post('/v1/jobs', spec);
  const fence = { jobId: done.body.id ?? '', attempt: 1 };
  await api.storage.jobs.claim(fence.jobId);
  const file = { sha256: createHash('sha256').update('x').digest('hex'), bytes: 1, mediaType: 'text/plain' };
  const [teacher, rollouts] = await Promise.all([
    api.storage.inProject(projectId).teachers.get('tiny'),
    api.storage.inProject(projectId).rollouts.get('tiny'),
  ]);
  const { contractHash, actions, observation } = teacher!;
  const described = { contractHash, actions, observation: observation as object };
  await api.storage.jobs.finish(fence, {
    status: 'succeeded',
    result: {},
    made: {
      model: {
        ...described,
        layerTable: teacher!.layerTable,
        metrics: {},
        files: [{ name: 'student', filename: 'student.safetensors', ...file }],
        name: 'student',
      },
      labels: { name: 'said', teacherId: teacher!.id, rolloutsId: rollouts!.id, projections: {}, frames: 1, file },
      files: [{ name: 'report.json', filename: 'report.json', ...file }],
    },
  });
  // Of a kind that no schema knows: nothing more is asked of it.
  await api.database.query('DELETE FROM events WHERE job_id = $1', [id]);
  await api.database.query('DELETE FROM jobs WHERE id = $1', [id]);
}

async function readKnown(): Promise<Record<string, string[]>> {
  const collections = new Set(operations.filter(({ path }) => path.includes('{')).map(collectionOf));
  const partial = await ours.post('/v1/uploads/resumable', { bytes: 100 });
  const uploads = [await ours.upload(new TextEncoder().encode('waits to be taken')), partial.body.id!];
  const entries = [...collections].map(async (collection) => {
    if (collection === 'uploads') return [collection, uploads] as const;
    const isAdmins = collection === 'keys' || collection === 'projects';
    const list = isAdmins ? undefined : await ours.get(`/v1/${collection}?limit=100`);
    const rows = list?.body.data ?? (await rowsOf(collection));
    const references = rows.flatMap((row) => [row['id'], row['name']]).filter((one) => typeof one === 'string');
    return [collection, references] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function rowsOf(collection: string): Promise<Record<string, unknown>[]> {
  const { rows } = collection === 'keys' ? await api.storage.keys.list({ limit: 9 }) : await projects();
  return rows.map(({ id, name }) => ({ id, name }));
}
const projects = () => api.storage.projects.list({ limit: 9 });

function readOperations({ paths, components }: Answer): Operation[] {
  const all = Object.entries(paths as Record<string, Record<string, { requestBody?: object }>>);
  return all
    .filter(([path]) => path.startsWith('/v1/'))
    .flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([verb, { requestBody }]) => {
        const method = verb.toUpperCase() as Operation['method'];
        const schema = (requestBody as { content?: Record<string, { schema: object }> } | undefined)?.content;
        const body = schema?.['application/json'] && (sample(schema['application/json'].schema, components) as object);
        const operation = { path, method, body };
        return method === 'GET' ? [operation, { ...operation, method: 'HEAD' as const }] : [operation];
      }),
    );
}

function collectionOf({ path }: Operation): string {
  return path.split('/')[2] ?? '';
}

/** The address with `id` in the first place and what exists of ours in the others. */
function address({ path }: Operation, id: string): string {
  const usual: Record<string, string> = {
    ...{ name: 'report.json', alias: 'champion', version: '1', step: '1' },
    delivery_id: delivery,
  };
  let isFirst = true;
  return path.replaceAll(/\{(\w+)\}/g, (_, parameter: string) => {
    const value = isFirst ? id : (usual[parameter] ?? 'x');
    isFirst = false;
    return encodeURIComponent(value);
  });
}

/** What of an answer could give something away, with the id that was asked for cut out. */
function seen({ status, headers, body }: Response, id: string) {
  const names = Object.keys(headers).sort();
  const text = JSON.stringify({ ...body, request_id: undefined });
  return { status, names, type: headers['content-type'], text: text.replaceAll(id, 'ID') };
}

test('whatever is asked of what is theirs is answered as if it had never been', async () => {
  const before = await everything();
  let asked = 0;
  for (const operation of operations.filter(({ path }) => path.includes('{'))) {
    const { method, body } = operation;
    const ids = known[collectionOf(operation)] ?? [];
    expect(ids, `something of ours at ${operation.path}`).not.toEqual([]);
    for (const id of ids) {
      const never = id.includes('_') ? id.slice(0, -8) + 'zzzzzzzz' : `${id}-never`;
      const found = seen(await theirs.call(method, address(operation, id), body), id);
      const expected = seen(await theirs.call(method, address(operation, never), body), never);
      expect(found, `${method} ${operation.path} of ${id}`).toEqual(expected);
      // Not what is refused before anything is looked up.
      const isAdmins = ['keys', 'projects'].includes(collectionOf(operation));
      // A piece without bytes is refused as such, whoever sends it.
      const isPiece = method === 'PATCH' && collectionOf(operation) === 'uploads';
      const status = isAdmins ? 403 : isPiece ? 415 : 404;
      expect(found.status, `${method} ${operation.path}`).toBe(status);
      asked += 1;
    }
  }
  expect(asked).toBeGreaterThan(30);
  expect(await everything()).toEqual(before);
});

test('no list of theirs counts what is ours', async () => {
  const lists = operations.filter(({ method, path }) => method === 'GET' && !path.includes('{'));
  for (const { path } of lists) {
    const { status, body } = await theirs.get(path);
    // Who asks, and the workers, which are nobody's.
    if (status === 403 || path === '/v1/identity' || path === '/v1/workers') continue;
    expect([path, status, body.data, body['has_more']]).toEqual([path, 200, [], false]);
    expect((await ours.get(path)).body.data, path).not.toEqual([]);
  }
});

test('a request that names what is ours is refused as if it had never been', async () => {
  const [teacher] = known['teachers']!;
  const [job, upload, model] = [known['jobs']![0]!, known['uploads']![0]!, known['models']![0]!];
  const reading = { ...tinyTeacher('stolen').input };
  const bodies: [string, (id: string) => object, string][] = [
    ['/v1/jobs', (id) => ({ ...spec, teacher: id }), teacher!],
    ['/v1/jobs', (id) => ({ kind: 'evaluation', teacher: id, student: { model } }), teacher!],
    ['/v1/teachers', (id) => ({ ...reading, weights: { upload: id } }), upload],
    ['/v1/rollouts', (id) => ({ name: 'stolen', file: { upload: id } }), upload],
  ];
  for (const [path, body, id] of bodies) {
    const never = id.slice(0, -8) + 'zzzzzzzz';
    const found = seen(await theirs.post(path, body(id)), id);
    expect(found, path).toEqual(seen(await theirs.post(path, body(never)), never));
    expect(found.status).toBe(422);
  }
  expect((await ours.get(`/v1/uploads/${upload}`)).status).toBe(200);
  expect((await ours.get(`/v1/jobs/${job}`)).status).toBe(200);
});

test('bytes and names that we have are as new to them as any', async () => {
  const register = async (calls: Calls, name: string) => {
    const { input, weights } = tinyTeacher(name);
    return calls.post('/v1/teachers', { ...input, weights: { upload: await calls.upload(weights) } });
  };
  expect((await register(theirs, 'tiny')).status).toBe(201);
  expect((await register(ours, 'tiny')).body.code).toBe('name_taken');
  expect((await theirs.get('/v1/teachers')).body.data).toHaveLength(1);
});

/** All that is ours, as we see it. */
async function everything() {
  const lists = ['teachers', 'rollouts', 'labels', 'models', 'jobs', 'webhooks'];
  const found = await Promise.all(lists.map((list) => ours.get(`/v1/${list}?limit=100`)));
  return found.map(({ body }) => body);
}
