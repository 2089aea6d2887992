import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Api, registerBoth, startApi } from '../../../../test/api.ts';
import { waitUntil } from '../../../../test/processes.ts';

let api: Api;
let url: string;
let job: Awaited<ReturnType<typeof registerBoth>>;

beforeAll(async () => {
  api = await startApi();
  job = await registerBoth(api, 'breakout');
  url = await api.app.listen({ port: 0 });
});

afterAll(() => api.close());

async function runningJob() {
  const id = String((await api.post('/v1/jobs', job)).body.id);
  await api.storage.jobs.claim(id);
  return { id, fence: { jobId: id, attempt: 1 } };
}

const note = (message: string) => ({ events: [{ type: 'message', message }] });

/** The raw text of a stream, read over a socket of its own; `end` resolves when the service ends it. */
function openStream(path: string, headers: Record<string, string> = {}) {
  const socket: Socket = connect(Number(new URL(url).port), '127.0.0.1');
  const lines = Object.entries({ Host: 'x', Accept: 'text/event-stream', Connection: 'close', ...headers });
  socket.write(`GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  onTestFinished(() => void socket.destroy());
  return {
    text: () => text,
    ids: () => [...text.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1])),
    end: once(socket, 'close'),
    socket,
  };
}

test('a stream tells what was and what comes, each with its number, and ends with the job', async () => {
  const { id, fence } = await runningJob();
  const stream = openStream(`/v1/jobs/${id}/events`);
  await waitUntil(() => stream.ids().length === 2, 'the history');
  await api.storage.jobs.recordProgress(fence, note('labelled'));
  await waitUntil(() => stream.ids().length === 3, 'the new event');
  await api.storage.jobs.finish(fence, { status: 'succeeded', result: { kl: 0.25 } });
  await stream.end;
  expect(stream.ids()).toEqual([1, 2, 3, 4]);
  expect(stream.text()).toContain('content-type: text/event-stream; charset=utf-8');
  expect(stream.text()).toContain('x-accel-buffering: no');
  expect(stream.text()).toMatch(/retry: \d+/);
  const events = [...stream.text().matchAll(/^event: (.*)$/gm)].map((match) => match[1]);
  expect(events).toEqual(['status', 'status', 'message', 'status']);
  const last = /data: (.*)\n\n[^{]*$/.exec(stream.text())?.[1] ?? '{}';
  expect(JSON.parse(last)).toMatchObject({
    seq: 4,
    type: 'status',
    data: { status: 'succeeded', result: { kl: 0.25 } },
  });
});

test('a stream goes on after the last event that was seen', async () => {
  const { id, fence } = await runningJob();
  for (const message of ['a', 'b', 'c']) await api.storage.jobs.recordProgress(fence, note(message));
  const stream = openStream(`/v1/jobs/${id}/events`, { 'Last-Event-ID': '3' });
  await waitUntil(() => stream.ids().length === 2, 'the rest');
  await api.storage.jobs.finish(fence, { status: 'cancelled' });
  await stream.end;
  expect(stream.ids()).toEqual([4, 5, 6]);
});

test('what comes after the end is no stream but a 204, which tells a browser not to come again', async () => {
  const { id, fence } = await runningJob();
  await api.storage.jobs.finish(fence, { status: 'succeeded' });
  const whole = openStream(`/v1/jobs/${id}/events`);
  await whole.end;
  expect(whole.ids()).toEqual([1, 2, 3]);
  const response = await fetch(`${url}/v1/jobs/${id}/events`, {
    headers: { accept: 'text/event-stream', 'last-event-id': '3' },
  });
  expect(response.status).toBe(204);
});

test('a long history comes whole and in order', async () => {
  const { id, fence } = await runningJob();
  const events = Array.from({ length: 1000 }, (_, index) => ({ type: 'message', message: `${index}` }));
  await api.storage.jobs.recordProgress(fence, { events });
  await api.storage.jobs.finish(fence, { status: 'succeeded' });
  const stream = openStream(`/v1/jobs/${id}/events`);
  await stream.end;
  expect(stream.ids()).toEqual(Array.from({ length: 1003 }, (_, index) => index + 1));
});

test('a hundred streams of one job all get every event', async () => {
  const { id, fence } = await runningJob();
  const streams = Array.from({ length: 100 }, () => openStream(`/v1/jobs/${id}/events`));
  await waitUntil(() => streams.every((stream) => stream.ids().length === 2), 'the history');
  for (let event = 0; event < 10; event++) await api.storage.jobs.recordProgress(fence, note(`${event}`));
  await api.storage.jobs.finish(fence, { status: 'succeeded' });
  await Promise.all(streams.map((stream) => stream.end));
  const expected = Array.from({ length: 13 }, (_, index) => index + 1);
  expect(streams.every((stream) => stream.ids().join() === expected.join())).toBe(true);
});

test('streams go on after the connection that listens was cut', async () => {
  const { id, fence } = await runningJob();
  const stream = openStream(`/v1/jobs/${id}/events`);
  await waitUntil(() => stream.ids().length === 2, 'the history');
  await api.database.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN events' AND datname = current_database()",
  );
  await api.storage.jobs.finish(fence, { status: 'succeeded' });
  await stream.end;
  expect(stream.ids()).toEqual([1, 2, 3]);
});

test('pages of a history join without a gap', async () => {
  const { id, fence } = await runningJob();
  await api.storage.jobs.recordProgress(fence, { events: [...note('a').events, ...note('b').events] });
  const first = (await api.get(`/v1/jobs/${id}/events?limit=3`)).body;
  expect([first.data?.map(({ seq }) => seq), first['has_more'], first['next']]).toEqual([[1, 2, 3], true, 3]);
  const second = (await api.get(`/v1/jobs/${id}/events?limit=3&after=3`)).body;
  expect([second.data?.map(({ seq }) => seq), second['has_more'], second['next']]).toEqual([[4], false, 4]);
});

test.each(['after=-1', 'after=x', 'after=99999999999', 'limit=0'])(
  'events asked for with %s are refused',
  async (query) => {
    const { id } = await runningJob();
    expect((await api.get(`/v1/jobs/${id}/events?${query}`)).status).toBe(422);
  },
);

test('a Last-Event-ID that is no number is refused', async () => {
  const { id } = await runningJob();
  const headers = { accept: 'text/event-stream', 'last-event-id': 'abc' };
  const response = await fetch(`${url}/v1/jobs/${id}/events`, { headers });
  expect(response.status).toBe(422);
});

test('an event of a type that this version does not know is told as a message', async () => {
  const { id, fence } = await runningJob();
  await api.storage.jobs.recordProgress(fence, { events: [{ type: 'saliency', message: 'drawn', data: { x: 1 } }] });
  const { body } = await api.get(`/v1/jobs/${id}/events?after=2`);
  expect(body.data?.[0]).toMatchObject({ type: 'message', data: { type: 'saliency', data: { x: 1 } } });
});

test('closing the service ends its streams', async () => {
  const own = await startApi();
  const { id } = await own.storage.jobs.create({ kind: 'distillation', spec: job, totalSteps: 1, metadata: {} });
  const address = await own.app.listen({ port: 0 });
  const response = await fetch(`${address}/v1/jobs/${id}/events`, { headers: { accept: 'text/event-stream' } });
  const reading = response.text();
  await waitUntil(
    async () =>
      (
        await own.database.query(
          "SELECT 1 FROM pg_stat_activity WHERE query = 'LISTEN events' AND datname = current_database()",
        )
      ).length === 1,
    'the stream',
  );
  await own.close();
  expect(await reading).toContain('id: 1');
});
