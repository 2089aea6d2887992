import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshDatabase, type TestDatabase } from '../../../test/database.ts';
import { IdempotencyLostError, UploadGoneError } from './errors.ts';
import { newId } from './identifiers.ts';
import { type ProjectStorage } from './project-storage.ts';
import { createStorage, type Storage } from './storage.ts';

let database: TestDatabase;
let storage: Storage;
let ours: ProjectStorage;
let theirs: ProjectStorage;

beforeAll(async () => {
  database = await freshDatabase();
  storage = createStorage({ databaseUrl: database.url });
  const [first, second] = [await storage.projects.create({ name: 'a' }), await storage.projects.create({ name: 'b' })];
  ours = storage.inProject(first.id);
  theirs = storage.inProject(second.id);
});

afterAll(async () => {
  await storage.close();
  await database.drop();
});

const bytes = { sha256: createHash('sha256').update('the same bytes').digest('hex'), bytes: 14 };
const keep = () => Promise.resolve();
const job = { kind: 'labelling', spec: {}, totalSteps: 1, metadata: {} };
const described = { observation: {}, contractHash: 'hash', actions: ['NOOP'] };
const recorded = { ...described, frames: 1, episodes: 1, meanReturn: 0 };

const upload = ({ uploads }: ProjectStorage) => uploads.create({ id: newId('upload'), ...bytes });

async function teacher(project: ProjectStorage, name: string) {
  const { id } = await upload(project);
  const policy = { name, ...described, architecture: {}, layerTable: {}, format: 'x', sourceSha256: bytes.sha256 };
  return project.teachers.create(policy, { uploads: [id], weights: bytes, keep });
}

/** A job that has made everything a job can make. */
async function finished(project: ProjectStorage, names: string) {
  const [judge, play] = [await teacher(project, `${names}-teacher`), await upload(project)];
  const rollouts = await project.rollouts.create({ name: `${names}-played`, ...recorded }, play.id, keep);
  const { id } = await project.jobs.create(job);
  await storage.jobs.claim(id);
  const fence = { jobId: id, attempt: 1 };
  await storage.jobs.recordProgress(fence, { points: [{ name: 'kl', step: 1, value: 1, at: new Date() }] });
  const pair = { teacherId: judge.id, rolloutsId: rollouts.id };
  await storage.jobs.finish(fence, {
    status: 'succeeded',
    made: {
      model: { ...described, layerTable: {}, metrics: {}, files: [] },
      rollouts: { name: `${names}-made`, ...recorded, file: bytes, source: {} },
      labels: { name: `${names}-said`, ...pair, projections: {}, frames: 1, file: bytes },
    },
  });
  return { jobId: id, judge, rollouts };
}

test('what one project has, and what its jobs make, does not exist for another', async () => {
  const { jobId } = await finished(ours, 'ours');
  const page = { limit: 100 };
  for (const table of ['teachers', 'rollouts', 'labels', 'models', 'jobs'] as const) {
    const { rows } = await ours[table].list(page);
    expect(rows.length, table).toBeGreaterThan(0);
    expect((await theirs[table].list(page)).rows, table).toEqual([]);
    for (const row of rows) {
      expect(await ours[table].get(row.id), table).toEqual(row);
      expect(await theirs[table].get(row.id), table).toBeNull();
      if ('name' in row) expect(await theirs[table].get(row.name), table).toBeNull();
    }
  }
  expect(await ours.events.list(jobId, { afterSeq: 0, limit: 10 })).not.toEqual([]);
  expect(await theirs.events.list(jobId, { afterSeq: 0, limit: 10 })).toEqual([]);
  expect(await ours.metrics.list(jobId)).toHaveLength(1);
  expect(await theirs.metrics.list(jobId)).toEqual([]);
});

test('two projects may use one name, and each finds its own', async () => {
  const mine = await finished(ours, 'both');
  const other = await finished(theirs, 'both');
  expect(await ours.teachers.get('both-teacher')).toMatchObject({ id: mine.judge.id, weights: bytes });
  expect(await theirs.teachers.get('both-teacher')).toMatchObject({ id: other.judge.id, weights: bytes });
  // Had the other project's names been looked at, the second job's would have been changed.
  expect(await theirs.rollouts.get('both-made')).toMatchObject({ jobId: other.jobId });
  expect(await theirs.labels.get('both-said')).toMatchObject({ jobId: other.jobId });
});

test('an upload cannot be taken, seen or removed from another project', async () => {
  const { id } = await upload(ours);
  expect(await theirs.uploads.get(id)).toBeNull();
  await theirs.uploads.delete(id);
  await expect(theirs.rollouts.create({ name: 'stolen', ...recorded }, id, keep)).rejects.toThrow(UploadGoneError);
  await expect(theirs.jobs.create(job, { upload: id, keep })).rejects.toThrow(UploadGoneError);
  expect(await ours.uploads.get(id)).toMatchObject({ id });
});

test("another project's job cannot be cancelled", async () => {
  const { id } = await ours.jobs.create(job);
  expect(await theirs.jobs.requestCancel(id)).toBeNull();
  expect(await ours.jobs.get(id)).toMatchObject({ status: 'queued' });
  expect(await ours.jobs.requestCancel(id)).toMatchObject({ status: 'cancelled' });
});

test('what hangs on a new row is written with it or not at all', async () => {
  const hold = { projectId: ours.projectId, caller: 'off', key: 'lost to another', holder: 'req_1' };
  const failing = storage.inProject(ours.projectId, { keyId: null, limits: {}, hold });
  await expect(failing.jobs.create({ ...job, kind: 'unwritten' })).rejects.toThrow(IdempotencyLostError);
  await expect(upload(failing)).rejects.toThrow(IdempotencyLostError);
  expect(await database.query("SELECT 1 FROM jobs WHERE kind = 'unwritten'")).toEqual([]);
});
