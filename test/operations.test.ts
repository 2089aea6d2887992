// What an operations team sees: traces, metrics, readiness, and what becomes of work when a process is told to end.
import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Client, createClient } from '@distiller/client';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { emptyDatabase, type TestDatabase } from './database.ts';
import { waitUntil } from './processes.ts';
import { endServiceProcess, registerTiny, serviceEnvironment, startServiceProcess } from './service-process.ts';
import { tinySpec } from './tiny-distillation.ts';

interface Span {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
}

let database: TestDatabase;
let directory: string;
let environment: NodeJS.ProcessEnv;
let collector: Server;
const spans: Span[] = [];
let client: Client;
let api: Awaited<ReturnType<typeof startServiceProcess>>;
const processes: ChildProcess[] = [];

/** Takes spans as a collector would: OTLP over HTTP, in JSON. */
async function startCollector(): Promise<Server> {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { resourceSpans } = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

async function start(app: 'api' | 'worker') {
  const started = await startServiceProcess(app, environment);
  processes.push(started.process);
  return started;
}

/** Workers of one test take no job of another's. */
async function startWorker() {
  const worker = await start('worker');
  onTestFinished(async () => void (await endServiceProcess(worker.process)));
  return worker;
}

/** Follows a job to its end, however long the machine takes. */
async function ended(id: string) {
  const events = [];
  for await (const event of client.watch(id)) events.push(event);
  expect(await client.jobs.get(id)).toMatchObject({ status: 'succeeded' });
  return events;
}

beforeAll(async () => {
  database = await emptyDatabase();
  directory = await mkdtemp(join(tmpdir(), 'operations-'));
  collector = await startCollector();
  environment = {
    ...serviceEnvironment(database, directory),
    STATUS_PORT: '0',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    OTEL_BSP_SCHEDULE_DELAY: '200',
  };
  api = await start('api');
  client = createClient({ baseUrl: api.ready.url! });
  await registerTiny(client, directory);
}, 180_000);

afterAll(async () => {
  await Promise.all(processes.map(endServiceProcess));
  collector.close();
  await database.drop();
  await rm(directory, { recursive: true });
});

const metricsOf = async (url: string) => (await fetch(`${url}/metrics`)).text();
const statusOf = async (url: string) => (await fetch(url)).status;

test('one trace goes from the request over the queue to the process of the job, and its numbers are counted', async () => {
  const caller = { trace: '0af7651916cd43dd8448eb211c80319c', span: 'b7ad6b7169203331' };
  const response = await fetch(`${api.ready.url}/v1/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${caller.trace}-${caller.span}-01` },
    body: JSON.stringify(tinySpec()),
  });
  const { id } = (await response.json()) as { id: string };
  const worker = await startWorker();
  await ended(id);

  const names = ['POST /v1/jobs', 'enqueue', 'process distillation', 'work distillation'];
  const ours = () => spans.filter(({ traceId }) => traceId === caller.trace);
  await waitUntil(() => names.every((name) => ours().some((span) => span.name === name)), 'every span');
  const [request, enqueue, processing, work] = names.map((name) => ours().find((span) => span.name === name)!);
  expect(request!.parentSpanId).toBe(caller.span);
  expect(enqueue!.parentSpanId).toBe(request!.spanId);
  expect(processing!.parentSpanId).toBe(request!.spanId);
  expect(work!.parentSpanId).toBe(processing!.spanId);

  const told = await metricsOf(worker.ready.statusUrl!);
  expect(told).toContain('distiller_train_steps_total 12\n');
  expect(told).toContain('distiller_job_duration_seconds_count{kind="distillation",outcome="succeeded"} 1');
  expect(told).toContain('distiller_queue_wait_seconds_count{kind="distillation"} 1');
  const ofApi = await metricsOf(api.ready.statusUrl!);
  expect(ofApi).toContain('distiller_jobs{status="succeeded"} 1');
  await waitUntil(
    async () => (await metricsOf(api.ready.statusUrl!)).includes('distiller_workers{status="idle"} 1'),
    'the worker counted as idle',
  );
  expect(ofApi).toMatch(/http_request_duration_seconds_count\{method="GET",route="\/v1\/jobs\/:id",status="200"\} \d+/);
  expect(told + ofApi).not.toContain(id);
});

test('a worker told to end checkpoints, gives its job back and takes itself off; another goes on from there', async () => {
  const [leaving, { id }] = [await startWorker(), await client.jobs.create(tinySpec({ steps: 1500 }))];
  await waitUntil(async () => (await client.jobs.get(id)).step > 0, 'it trains');
  const workers = async () => (await (await fetch(`${api.ready.url}/v1/workers`)).json()) as { data: unknown[] };
  expect((await workers()).data).toMatchObject([{ status: 'busy', job: id, engine: 'wasm', gpu: false }]);
  expect(await statusOf(`${leaving.ready.statusUrl}/readyz`)).toBe(200);

  expect(await endServiceProcess(leaving.process)).toBe(0);
  expect((await workers()).data).toEqual([]);
  const { step: reached, attempt } = await client.jobs.get(id);
  expect(attempt).toBe(1);
  // It waits, without a lock and without a failure that would delay it.
  const rows = await database.query<{ state: string; attempts: number }>(
    'SELECT state, attempts_made AS attempts FROM bullmq.job WHERE id = $1',
    [id],
  );
  expect(rows).toEqual([{ state: 'waiting', attempts: 0 }]);

  await startWorker();
  const events = await ended(id);
  const restart = events.findLast(({ message }) => message.startsWith('Running again'));
  expect((restart?.data as { from_step: number }).from_step).toBeGreaterThanOrEqual(reached);
}, 180_000);

test('an API told to end says first that it is not ready, answers what is under way and ends its streams', async () => {
  environment = { ...environment, DRAIN_MS: '5000' };
  const [going, { id }] = [await start('api'), await client.jobs.create(tinySpec({ steps: 1_000_000 }))];
  const headers = { accept: 'text/event-stream' };
  const stream = await fetch(`${going.ready.url}/v1/jobs/${id}/events`, { headers });
  const whole = stream.text();
  expect(await statusOf(`${going.ready.url}/readyz`)).toBe(200);
  going.process.kill('SIGTERM');
  await waitUntil(async () => (await statusOf(`${going.ready.url}/readyz`)) === 503, 'not ready');
  expect(await statusOf(`${going.ready.url}/livez`)).toBe(200);
  expect(await statusOf(`${going.ready.url}/v1/jobs/${id}`)).toBe(200);
  expect(await whole).toMatch(/going away\nretry: \d+\n\n$/);
  await once(going.process, 'exit');
  expect(going.process.exitCode).toBe(0);
  await client.jobs.cancel(id);
}, 180_000);
