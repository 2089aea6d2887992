import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitUntil } from '../../../test/processes.ts';
import { tinyService, type TinyService } from '../../../test/registered-job.ts';
import { quietWorker } from './run-job.fixture.ts';
import { JobInterruptedError, runJob, type WorkerContext } from './run-job.ts';

let service: TinyService;
let context: WorkerContext;

beforeAll(async () => {
  service = await tinyService();
  context = quietWorker(service);
});

afterAll(() => service.close());

const SPEC = { steps: 300, evaluate_every: 50, keep: 'best', early_stopping: { patience: 100 } };
const never = () => new AbortController().signal;
const job = async (id: string) => (await service.storage.jobs.get(id))!;

const stopAt = (id: string, step: number | null) =>
  service.database.query('UPDATE jobs SET stop_at_step = $2 WHERE id = $1', [id, step]);

async function stepsOf(id: string, name: string): Promise<number[]> {
  const [series] = await service.storage.metrics.list(id, { names: [name] });
  return (series?.points ?? []).map(({ step }) => step);
}

async function student(id: string): Promise<string> {
  const model = await service.storage.models.get((await job(id)).modelId!);
  return model!.files.find(({ name }) => name === 'student')!.sha256;
}

test('a child stops at its rungs, evaluated there, and goes on from them to the bits of an undisturbed job', async () => {
  const [climbing, calm] = [await service.createJob(SPEC), await service.createJob(SPEC)];
  for (const [rung, next] of [
    [50, 150],
    [150, null],
  ] as const) {
    await stopAt(climbing, rung);
    await runJob(climbing, context, never());
    expect(await job(climbing)).toMatchObject({ status: 'paused', heldFor: 'rung', step: rung });
    expect((await service.storage.jobs.checkpoints(climbing))[0]?.step).toBe(rung);
    expect((await stepsOf(climbing, 'kl')).at(-1)).toBe(rung);
    await stopAt(climbing, next);
    await service.storage.jobs.requestResume(climbing);
  }
  await runJob(climbing, context, never());
  await runJob(calm, context, never());
  expect(await job(climbing)).toMatchObject({ status: 'succeeded', attempt: 3 });
  expect(await stepsOf(climbing, 'loss')).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
  expect(await student(climbing)).toBe(await student(calm));
  const events = await service.storage.events.list(climbing, { afterSeq: 0, limit: 1000 });
  expect(events.filter(({ data }) => (data as { reason?: string }).reason === 'rung')).toHaveLength(2);
});

test('a child that stands at its rung and is resumed all the same does no step more', async () => {
  const id = await service.createJob(SPEC);
  await stopAt(id, 50);
  await runJob(id, context, never());
  await service.storage.jobs.requestResume(id);
  await runJob(id, context, never());
  expect(await job(id)).toMatchObject({ status: 'paused', heldFor: 'rung', step: 50, attempt: 2 });
  expect(await stepsOf(id, 'loss')).toHaveLength(50);
});

test('a worker that goes away as a child comes to its rung leaves it to the next one, who finds it there', async () => {
  const id = await service.createJob(SPEC);
  await stopAt(id, 250);
  const interrupt = new AbortController();
  const running = runJob(id, context, interrupt.signal).catch((error: unknown) => error);
  await waitUntil(async () => (await job(id)).step > 0, 'it trains');
  interrupt.abort();
  expect(await running).toBeInstanceOf(JobInterruptedError);
  await runJob(id, context, never());
  expect(await job(id)).toMatchObject({ status: 'paused', heldFor: 'rung', step: 250, attempt: 2 });
  expect(await stepsOf(id, 'loss')).toHaveLength(250);
});
