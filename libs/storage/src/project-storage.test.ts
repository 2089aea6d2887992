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
      model: { ...described, layerTable: {}, metrics: {}, files: [], name: 'student' },
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
      if ('name' in row && row.name !== null) expect(await theirs[table].get(row.name), table).toBeNull();
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
  const model = (await theirs.models.get('student'))!;
  expect(model).toMatchObject({ jobId: other.jobId, name: 'student', version: 1 });
  await theirs.models.moveAlias(model, 'champion');
  expect(await theirs.models.get('student@champion')).toMatchObject({ id: model.id });
  expect(await ours.models.get('student@champion')).toBeNull();
  expect(await ours.models.removeAlias('student', 'champion')).toBe(false);
  await theirs.models.removeAlias('student', 'champion');
});

test('an upload cannot be taken, seen or removed from another project', async () => {
  const { id } = await upload(ours);
  expect(await theirs.uploads.get(id)).toBeNull();
  await theirs.uploads.delete(id);
  await expect(theirs.rollouts.create({ name: 'stolen', ...recorded }, id, keep)).rejects.toThrow(UploadGoneError);
  await expect(theirs.jobs.create(job, { upload: id, keep })).rejects.toThrow(UploadGoneError);
  expect(await ours.uploads.get(id)).toMatchObject({ id });
});

test('an upload in pieces cannot be seen, ended or given up from another project, and becomes an upload of its own', async () => {
  const expiresAt = new Date(Date.now() + 60_000);
  const id = newId('upload');
  await ours.partialUploads.create({ id, bytes: bytes.bytes, sha256: null, token: null, expiresAt });
  expect(await theirs.partialUploads.get(id)).toBeNull();
  await theirs.partialUploads.delete(id);
  await expect(theirs.partialUploads.finish(id, bytes)).rejects.toThrow(UploadGoneError);
  await ours.partialUploads.finish(id, bytes);
  expect(await ours.uploads.get(id)).toMatchObject({ id, projectId: ours.projectId });
  expect(await theirs.uploads.get(id)).toBeNull();
});

test("another project's model cannot be named, deleted, asked about or made of a checkpoint", async () => {
  const { jobId } = await finished(ours, 'kept');
  const { id } = (await ours.models.list({ limit: 1 })).rows[0]!;
  expect(await theirs.models.name(id, 'stolen')).toBeNull();
  await theirs.models.delete(id);
  expect(await ours.models.get(id)).toMatchObject({ id, name: 'student' });
  expect((await theirs.lineage(id)).nodes).toEqual([]);
  expect((await ours.lineage(id)).nodes[0]).toMatchObject({ id });
  await expect(theirs.models.fromCheckpoint(jobId, 1)).rejects.toThrow(jobId);
});

test("a job's place in the queue and its line in the table are told among its project's own", async () => {
  await ours.jobs.create(job);
  const { id, queuePosition } = await theirs.jobs.create({ ...job, kind: 'waits' });
  const before = (await theirs.jobs.list({ limit: 100, status: ['queued'] })).rows.length;
  expect(queuePosition).toBe(before);
  expect((await ours.jobSummaries.list({ limit: 100, ids: [id] })).rows).toEqual([]);
  expect((await theirs.jobSummaries.list({ limit: 100, ids: [id] })).rows).toMatchObject([{ id }]);
});

test("another project's job cannot be cancelled, paused, resumed or retried", async () => {
  const { id } = await ours.jobs.create(job);
  expect(await theirs.jobs.requestCancel(id)).toBeNull();
  expect(await theirs.jobs.requestPause(id)).toBeNull();
  expect(await theirs.jobs.requestResume(id)).toBeNull();
  expect(await theirs.jobs.retry(id)).toBeNull();
  expect(await theirs.jobs.status(id)).toBeNull();
  expect(await theirs.jobs.checkpoints(id)).toEqual([]);
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
