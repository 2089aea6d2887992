import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyService, type TinyService } from '../../../../test/registered-job.ts';
import { tinyContract } from '../../../../test/tiny-distillation.ts';
import { IllegalRequestError, QuotaExceededError } from '../errors.ts';
import { type Storage } from '../storage.ts';
import { type NewSweep } from './insert-sweep.ts';
import { type SweepRules } from './sweep-state.ts';

let service: TinyService;
let storage: Storage;

beforeAll(async () => {
  service = await tinyService();
  storage = service.storage;
});

afterAll(() => service.close());

const JOB = { kind: 'distillation', spec: { steps: 100 }, totalSteps: 100, metadata: {} };

function newSweep(count: number, rules: Partial<SweepRules> = {}, fields: Partial<NewSweep> = {}): NewSweep {
  return {
    job: { kind: 'sweep', spec: {}, totalSteps: 100 * count, metadata: {} },
    rules: {
      ...{ metric: 'kl', goal: 'minimize', maxParallel: null, failures: null },
      ...{ rungs: [], keeps: [], ...rules },
    },
    children: Array.from({ length: count }, (_, index) => ({ job: JOB, point: { seed: index } })),
    ...fields,
  };
}

/** A sweep that has begun. */
async function begun(count: number, rules: Partial<SweepRules> = {}, fields: Partial<NewSweep> = {}): Promise<string> {
  const { id } = await storage.sweeps.create(newSweep(count, rules, fields));
  await storage.sweeps.advance(id);
  return id;
}

const children = async (id: string) => storage.sweeps.children(id);
const childOf = async (id: string, index: number) => (await children(id))[index]!.jobId;
const statuses = async (id: string) =>
  (await children(id)).map(({ status, heldFor }) => (heldFor === null ? status : `${status} for ${heldFor}`));
const status = async (id: string) => (await storage.jobs.get(id))?.status;

/** A worker's part. */
async function claim(jobId: string) {
  return { jobId, attempt: (await storage.jobs.claim(jobId))!.attempt };
}

const model = (name?: string) => ({
  ...{ observation: tinyContract, contractHash: 'c', actions: [], layerTable: {}, metrics: {}, files: [], name },
});

async function succeed(jobId: string, kl: number): Promise<void> {
  await storage.jobs.finish(await claim(jobId), { status: 'succeeded', result: { kl }, made: { model: model() } });
}

async function fail(jobId: string): Promise<void> {
  const error = { code: 'diverged', message: 'NaN' };
  await storage.jobs.finish(await claim(jobId), { status: 'failed', error });
}

async function trainTo(jobId: string, step: number, kl: number): Promise<void> {
  const fence = await claim(jobId);
  const points = [{ name: 'kl', step, value: kl, at: new Date() }];
  const file = { name: 'state', sha256: 'a'.repeat(64), bytes: 1 };
  await storage.jobs.recordProgress(fence, { step, points, checkpoint: { step, files: [file] } });
  await storage.jobs.settle(fence, step);
}

async function told(id: string, type = 'message'): Promise<string[]> {
  const events = await storage.events.list(id, { afterSeq: 0, limit: 1000 });
  return events.filter((event) => event.type === type).map(({ message }) => message);
}

test('a sweep is stored with all of its children, as many queued as may be, and begins', async () => {
  const id = await begun(3, { maxParallel: 2 });
  expect(await statuses(id)).toEqual(['queued', 'queued', 'paused for turn']);
  expect(await storage.jobs.get(id)).toMatchObject({
    status: 'running',
    sweep: { counts: { total: 3, queued: 2, held: 1 }, best: null, metric: 'kl' },
  });
  const { rows } = await storage.jobs.list({ limit: 10, parent: id });
  // Made in the same millisecond, they are in any order there.
  expect(rows.map(({ parentId, point }) => `${parentId} ${JSON.stringify(point)}`).sort()).toEqual(
    [0, 1, 2].map((seed) => `${id} {"seed":${seed}}`),
  );
});

test('a sweep is no work for a worker, nor for the queue', async () => {
  const id = await begun(1);
  expect(await storage.jobs.claim(id)).toBeNull();
  expect((await storage.jobs.unfinished(1000)).map((job) => job.id)).not.toContain(id);
});

test('a child that ends makes room for the next, and its end and each new best are told once', async () => {
  const id = await begun(3, { maxParallel: 1 });
  await succeed(await childOf(id, 0), 0.5);
  const queued = await storage.sweeps.advance(id);
  expect(queued.map((job) => job.id)).toEqual([await childOf(id, 1)]);
  await storage.sweeps.advance(id);
  await succeed(await childOf(id, 1), 0.7);
  await storage.sweeps.advance(id);
  await succeed(await childOf(id, 2), 0.2);
  await storage.sweeps.advance(id);
  await storage.sweeps.advance(id);
  expect(await told(id)).toEqual([
    'Child 0 succeeded: kl 0.5',
    'Child 1 succeeded: kl 0.7',
    'Child 2 succeeded: kl 0.2',
  ]);
  expect(await told(id, 'evaluation')).toEqual(
    [0, 2].map((index) => expect.stringContaining(`child ${index},`) as string),
  );
  const [{ points } = { points: [] }] = await storage.metrics.list(id, { names: ['kl'] });
  expect(points.map(({ step, value }) => [step, value])).toEqual([
    [1, 0.5],
    [2, 0.5],
    [3, 0.2],
  ]);
  const best = (await children(id))[2]!;
  expect(await storage.jobs.get(id)).toMatchObject({
    status: 'succeeded',
    modelId: best.modelId,
    result: { kl: 0.2, children: 3, succeeded: 3 },
    sweep: { best: { jobId: best.jobId, value: 0.2, point: { seed: 2 }, index: 2 } },
  });
});

test('of any number of processes that look at a sweep at once, one makes each move', async () => {
  const id = await begun(6, { maxParallel: 2 });
  for (const index of [0, 1]) await succeed(await childOf(id, index), index);
  const queued = await Promise.all(Array.from({ length: 8 }, () => storage.sweeps.advance(id)));
  expect(queued.flat().map((job) => job.id)).toEqual([await childOf(id, 2), await childOf(id, 3)]);
  expect(await told(id)).toHaveLength(2);
  expect((await children(id)).map(({ place }) => place)).toEqual([1, 2, null, null, null, null]);
});

test('its steps and its pace are those of its children', async () => {
  const id = await begun(3);
  for (const index of [0, 1]) {
    await storage.jobs.recordProgress(await claim(await childOf(id, index)), { step: 10, rate: 5 });
  }
  await storage.sweeps.advance(id);
  expect(await storage.jobs.get(id)).toMatchObject({ step: 20, totalSteps: 300, rate: 10 });
});

test('what may fail fails, one more and the rest is cancelled and the sweep fails', async () => {
  const id = await begun(4, { failures: 1, maxParallel: 2 });
  await fail(await childOf(id, 0));
  await storage.sweeps.advance(id);
  expect(await status(id)).toBe('running');
  await fail(await childOf(id, 1));
  await storage.sweeps.advance(id);
  expect(await statuses(id)).toEqual(['failed', 'failed', 'cancelled', 'cancelled']);
  expect(await storage.jobs.get(id)).toMatchObject({ status: 'failed', error: { code: 'too_many_failures' } });
});

test('a child cancelled by hand leaves the others alone; if none succeeds the sweep fails', async () => {
  const id = await begun(2);
  await storage.jobs.requestCancel(await childOf(id, 0));
  await storage.sweeps.advance(id);
  expect(await status(id)).toBe('running');
  await fail(await childOf(id, 1));
  await storage.sweeps.advance(id);
  expect(await storage.jobs.get(id)).toMatchObject({ status: 'failed', error: { code: 'no_child_succeeded' } });
});

test('a sweep that is cancelled cancels what has not ended, at once or when the workers have noticed', async () => {
  const id = await begun(3, { maxParallel: 2 });
  const fence = await claim(await childOf(id, 0));
  await storage.jobs.requestCancel(id, { reason: 'deadline' });
  await storage.sweeps.advance(id);
  expect(await statuses(id)).toEqual(['cancelling', 'cancelled', 'cancelled']);
  expect(await status(id)).toBe('cancelling');
  await storage.jobs.requestCancel(id, { mode: 'now' });
  await storage.sweeps.advance(id);
  expect(await storage.jobs.recordProgress(fence, {})).toEqual({ asked: 'end' });
  await storage.jobs.settle(fence, 5);
  await storage.sweeps.advance(id);
  expect(await status(id)).toBe('cancelled');
  const events = await storage.events.list(id, { afterSeq: 0, limit: 100 });
  expect(events.at(-1)).toMatchObject({ type: 'status', data: { to: 'cancelled', reason: 'deadline' } });
  expect(await storage.sweeps.open()).not.toContain(id);
});

test('a sweep that is paused and resumed goes on with what it has paused, and leaves what somebody has paused', async () => {
  const id = await begun(4, { maxParallel: 3 });
  const fence = await claim(await childOf(id, 0));
  await storage.jobs.requestPause(await childOf(id, 2));
  await storage.jobs.requestPause(id);
  await storage.sweeps.advance(id);
  expect(await statuses(id)).toEqual(['pausing for sweep', 'paused for sweep', 'paused', 'paused for turn']);
  expect(await status(id)).toBe('pausing');
  await storage.jobs.settle(fence, 0);
  await storage.sweeps.advance(id);
  expect(await status(id)).toBe('paused');
  expect(await storage.sweeps.advance(id)).toEqual([]);
  await storage.jobs.requestResume(id);
  const queued = await storage.sweeps.advance(id);
  expect(queued).toHaveLength(3);
  expect([await status(id), await statuses(id)]).toEqual(['running', ['queued', 'queued', 'paused', 'queued']]);
});

test('a paused sweep that is cancelled has ended, and its children follow it', async () => {
  const id = await begun(2);
  await storage.jobs.requestPause(id);
  await storage.sweeps.advance(id);
  await storage.jobs.requestCancel(id);
  expect(await status(id)).toBe('cancelled');
  expect(await storage.sweeps.open()).toContain(id);
  await storage.sweeps.advance(id);
  expect(await statuses(id)).toEqual(['cancelled', 'cancelled']);
  expect(await told(id)).toEqual([]);
  expect(await storage.sweeps.open()).not.toContain(id);
});

test('a sweep whose inputs are lost fails, and its children end with it', async () => {
  const { id } = await storage.sweeps.create({ ...newSweep(2), job: { ...newSweep(2).job, isValidating: true } });
  expect(await statuses(id)).toEqual(['paused for turn', 'paused for turn']);
  await storage.jobs.endValidation(id, { code: 'inputs_lost', message: 'gone' });
  await storage.sweeps.advance(id);
  expect([await status(id), await statuses(id)]).toEqual(['failed', ['cancelled', 'cancelled']]);
});

test('a sweep whose inputs are sound begins when they were looked at', async () => {
  const { id } = await storage.sweeps.create({
    ...newSweep(3, { maxParallel: 2 }),
    job: { ...newSweep(3).job, isValidating: true },
  });
  expect(await storage.sweeps.advance(id)).toEqual([]);
  await storage.jobs.endValidation(id);
  expect(await storage.sweeps.advance(id)).toHaveLength(2);
  expect(await statuses(id)).toEqual(['queued', 'queued', 'paused for turn']);
});

test('successive halving compares children at its rungs: the best go on from where they stand, the others are halved', async () => {
  const id = await begun(4, { rungs: [10, 20], keeps: [2, 1], maxParallel: 2 });
  expect((await children(id)).map(({ stopAtStep }) => stopAtStep)).toEqual([10, 10, 10, 10]);
  for (const [index, kl] of [0.4, 0.1, 0.3, 0.2].entries()) {
    await trainTo(await childOf(id, index), 10, kl);
    await storage.sweeps.advance(id);
  }
  expect(await statuses(id)).toEqual(['cancelled', 'queued', 'cancelled', 'queued']);
  expect((await children(id)).map(({ isHalved, stopAtStep }) => [isHalved, stopAtStep])).toEqual([
    [true, 10],
    [false, 20],
    [true, 10],
    [false, 20],
  ]);
  const survivor = (await storage.jobs.claim(await childOf(id, 1)))!;
  expect(survivor.checkpoint?.step).toBe(10);
  await storage.jobs.settle({ jobId: survivor.job.id, attempt: survivor.attempt }, 10);
  // What has not come to its rung does not stand there.
  expect(await status(survivor.job.id)).toBe('running');
  for (const index of [1, 3]) await trainTo(await childOf(id, index), 20, index);
  await storage.sweeps.advance(id);
  await succeed(await childOf(id, 1), 0.05);
  await storage.sweeps.advance(id);
  expect(await storage.jobs.get(id)).toMatchObject({
    status: 'succeeded',
    sweep: { counts: { succeeded: 1, halved: 3, cancelled: 0 }, best: { index: 1, value: 0.05 } },
  });
  expect(await told(id)).toEqual([
    'Child 0 halved at step 10: kl 0.4',
    'Child 2 halved at step 10: kl 0.3',
    'Child 3 halved at step 20: kl 3',
    'Child 1 succeeded: kl 0.05',
  ]);
  const moves = await storage.events.list(await childOf(id, 0), { afterSeq: 0, limit: 100 });
  expect(moves.at(-1)).toMatchObject({ data: { from: 'paused', to: 'cancelled', reason: 'halved' } });
});

test('children wait for the labels that they share, and have them then', async () => {
  const [teacher, rollouts] = [await storage.teachers.get('tiny'), await storage.rollouts.get('tiny')];
  const ids = { teacherId: teacher!.id, rolloutsId: rollouts!.id };
  const labelling = { ...JOB, ...ids, kind: 'labelling' };
  const id = await begun(
    3,
    { maxParallel: 1 },
    {
      labellings: [labelling],
      children: [0, 1, 2].map((seed) => ({
        job: { ...JOB, ...ids },
        point: { seed },
        labelling: seed === 2 ? null : 0,
      })),
    },
  );
  expect(await statuses(id)).toEqual(['paused for labels', 'paused for labels', 'queued']);
  const made = (await storage.jobs.list({ limit: 10, parent: id, kind: ['labelling'] })).rows[0]!;
  const file = { sha256: 'b'.repeat(64), bytes: 1 };
  const labels = { name: 'shared', ...ids, projections: { kind: 'none' }, frames: 240, file };
  await storage.jobs.finish(await claim(made.id), { status: 'succeeded', made: { labels } });
  await storage.sweeps.advance(id);
  expect(await statuses(id)).toEqual(['paused for turn', 'paused for turn', 'queued']);
  await succeed(await childOf(id, 2), 1);
  await storage.sweeps.advance(id);
  expect((await storage.jobs.get(await childOf(id, 0)))?.labels?.name).toBe('shared');
  expect(await statuses(id)).toEqual(['queued', 'paused for turn', 'succeeded']);
});

test('another try does what has not succeeded, and counts what has', async () => {
  const id = await begun(3);
  await succeed(await childOf(id, 0), 0.5);
  await fail(await childOf(id, 1));
  await storage.jobs.requestCancel(id);
  await storage.sweeps.advance(id);
  expect(await status(id)).toBe('cancelled');
  const again = (await storage.sweeps.retry(id))!;
  await storage.sweeps.advance(again.id);
  expect(again).toMatchObject({ retryOfId: id, kind: 'sweep' });
  expect(await statuses(again.id)).toEqual(['succeeded', 'queued', 'queued']);
  expect((await children(again.id)).map(({ parentId }) => parentId)).toEqual([id, again.id, again.id]);
  for (const index of [1, 2]) await succeed(await childOf(again.id, index), index);
  await storage.sweeps.advance(again.id);
  expect(await storage.jobs.get(again.id)).toMatchObject({
    status: 'succeeded',
    sweep: { best: { index: 0, value: 0.5 } },
  });
  expect((await children(again.id)).map(({ place }) => place).sort()).toEqual([1, 2, 3]);
  await expect(storage.sweeps.retry(again.id)).rejects.toThrow(IllegalRequestError);
});

test('another try of a halving begins anew with all', async () => {
  const id = await begun(2, { rungs: [10], keeps: [1] });
  await succeed(await childOf(id, 0), 0.5);
  await storage.jobs.requestCancel(id);
  await storage.sweeps.advance(id);
  const again = (await storage.sweeps.retry(id))!;
  expect(await statuses(again.id)).toEqual(['queued', 'queued']);
});

test('the best model gets the name that the sweep was given, and tells of the sweep', async () => {
  const id = await begun(2, {}, { modelName: 'swept' });
  await succeed(await childOf(id, 0), 0.5);
  await succeed(await childOf(id, 1), 0.4);
  await storage.sweeps.advance(id);
  const named = (await storage.models.get('swept@1'))!;
  expect(named.jobId).toBe(await childOf(id, 1));
  const { edges } = await storage.lineage(named.id);
  expect(edges).toContainEqual({ from: id, to: named.jobId, role: 'sweep' });
});

test('children are jobs of the key that has made the sweep: all of them or none', async () => {
  const limits = { queuedJobs: 3 };
  const mine = storage.inProject('prj_default', { keyId: 'key_1', limits });
  await expect(mine.sweeps.create(newSweep(4, { maxParallel: 1 }))).rejects.toThrow(QuotaExceededError);
  expect((await service.database.query('SELECT id FROM jobs WHERE key_id = $1', ['key_1'])).length).toBe(0);
  const { id } = await mine.sweeps.create(newSweep(3, { maxParallel: 1 }));
  await expect(mine.jobs.create(JOB)).rejects.toThrow(QuotaExceededError);
  const theirs = storage.inProject('prj_other', { keyId: 'key_2', limits });
  expect([await theirs.sweeps.children(id), await theirs.sweeps.advance(id)]).toEqual([[], []]);
});

test('a child inherits its sweep’s deadline, and is cancelled with it', async () => {
  const deadlineAt = new Date(Date.now() - 1000);
  const { id } = await storage.sweeps.create({ ...newSweep(2), job: { ...newSweep(2).job, deadlineAt } });
  const late = await storage.jobs.late(1000);
  expect([id, ...(await children(id)).map(({ jobId }) => jobId)].every((one) => late.includes(one))).toBe(true);
});
