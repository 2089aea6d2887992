import { storedBytes } from './caller.ts';
import { type Database } from './database.ts';
import { type Events } from './events.ts';
import { type JobSummaries } from './job-summaries.ts';
import { type Jobs } from './jobs/jobs.ts';
import { createLabels, type LabelsTable } from './labels.ts';
import { type Metrics } from './metrics.ts';
import { modelFromCheckpoint } from './checkpoint-model.ts';
import { type Lineage, lineageOf } from './models/lineage.ts';
import { createModels, type Models } from './models/models.ts';
import { type Owner } from './owner.ts';
import { createPartialUploads, type PartialUploads } from './partial-uploads.ts';
import { type Recent } from './recent.ts';
import { createRollouts, type RolloutsRow, type RolloutsTable } from './rollouts.ts';
import { type Sweeps } from './sweeps/sweeps.ts';
import { createTeachers, type TeacherRow, type Teachers } from './teachers.ts';
import { createUploads, type Uploads } from './uploads.ts';
import { createWebhooks, type Webhooks } from './webhooks/webhooks.ts';
import { type Workers } from './workers.ts';

export interface ProjectModels extends Models {
  /** A model of the student of a job's checkpoint; there is one of each step. */
  fromCheckpoint(jobId: string, step: number): Promise<{ id: string; isNew: boolean }>;
}

/**
 * What a request may reach: the rows of one project. A row of another does not exist here. `projectId` is also what keeps
 * the repositories of all projects from being taken for these.
 */
export interface ProjectStorage {
  projectId: string;
  teachers: Teachers;
  rollouts: RolloutsTable;
  labels: LabelsTable;
  uploads: Uploads;
  partialUploads: PartialUploads;
  models: ProjectModels;
  /** What a model was made of; see `lineageOf`. */
  lineage(modelId: string): Promise<Lineage>;
  jobs: ProjectJobs;
  sweeps: Omit<Sweeps, 'open'>;
  jobSummaries: JobSummaries;
  events: Events;
  metrics: Metrics;
  webhooks: Webhooks;
  /** Those of the service: they are nobody's, and what they work on is not to be told to everybody. */
  workers: Pick<Workers, 'fleet' | 'list'>;
  /** Bytes that the project keeps. */
  storedBytes(): Promise<number>;
}

/** Of the jobs, what requests do. A new verb must be added to `jobsOf`, which asks first whose job it is. */
type ProjectJobs = Pick<
  Jobs,
  | 'create'
  | 'get'
  | 'status'
  | 'list'
  | 'requestCancel'
  | 'requestPause'
  | 'requestResume'
  | 'retry'
  | 'checkpoints'
  | 'inputHashes'
  | 'endValidation'
>;

interface Everybodys {
  jobs: Jobs;
  sweeps: Sweeps;
  jobSummaries: JobSummaries;
  events: Events;
  metrics: Metrics;
  workers: Workers;
  /** What requests have looked up a moment ago. */
  recent: { teachers: Recent<TeacherRow>; rollouts: Recent<RolloutsRow> };
}

export function createProjectStorage(database: Database, owner: Owner, everybodys: Everybodys): ProjectStorage {
  const { projectId } = owner;
  const known = new Set<string>();
  // A job never changes its project: what was found once still holds, and a stream need not ask again for each event.
  const isOurs = async (jobId: string) => {
    if (known.has(jobId)) return true;
    const found = (await database.job.count({ where: { id: jobId, projectId } })) > 0;
    if (found) known.add(jobId);
    return found;
  };
  return {
    projectId,
    teachers: recently(createTeachers(database, owner), everybodys.recent.teachers, projectId),
    rollouts: recently(createRollouts(database, owner), everybodys.recent.rollouts, projectId),
    labels: createLabels(database, owner),
    uploads: createUploads(database, owner),
    partialUploads: createPartialUploads(database, owner),
    models: {
      ...createModels(database, owner),
      fromCheckpoint: async (jobId, step) => {
        if (!(await isOurs(jobId))) throw new Error(`${jobId} is not in ${projectId}`);
        return modelFromCheckpoint(database, { jobId, step }, owner.onCreated);
      },
    },
    lineage: (modelId) => lineageOf(database, modelId, owner),
    jobs: jobsOf(owner, everybodys.jobs, isOurs),
    sweeps: sweepsOf(owner, everybodys.sweeps, isOurs),
    jobSummaries: { list: (request) => everybodys.jobSummaries.list({ ...request, projectId }) },
    webhooks: createWebhooks(database, owner),
    workers: everybodys.workers,
    storedBytes: () => storedBytes(database, projectId),
    events: {
      list: async (jobId, options) => ((await isOurs(jobId)) ? everybodys.events.list(jobId, options) : []),
    },
    metrics: {
      list: async (jobId, options) => ((await isOurs(jobId)) ? everybodys.metrics.list(jobId, options) : []),
    },
  };
}

/** The same table, in which what was looked up a moment ago is not looked up again: its rows stay what they are. */
function recently<Row, Table extends { get(reference: string): Promise<Row | null> }>(
  table: Table,
  recent: Recent<Row>,
  projectId: string,
): Table {
  return { ...table, get: (reference) => recent.find(`${projectId} ${reference}`, () => table.get(reference)) };
}

function jobsOf(
  { projectId, keyId, onCreated }: Owner,
  jobs: Jobs,
  isOurs: (jobId: string) => Promise<boolean>,
): ProjectJobs {
  return {
    create: (job, file) => jobs.create({ ...job, projectId, keyId, onCreated }, file),
    get: async (id) => {
      const job = await jobs.get(id);
      return job?.projectId === projectId ? job : null;
    },
    list: (filter) => jobs.list({ ...filter, projectId }),
    status: async (id) => ((await isOurs(id)) ? jobs.status(id) : null),
    requestCancel: async (id, options) => ((await isOurs(id)) ? jobs.requestCancel(id, options) : null),
    requestPause: async (id, options) => ((await isOurs(id)) ? jobs.requestPause(id, options) : null),
    requestResume: async (id) => ((await isOurs(id)) ? jobs.requestResume(id) : null),
    retry: async (id) => ((await isOurs(id)) ? jobs.retry(id, { keyId, onCreated }) : null),
    checkpoints: async (id) => ((await isOurs(id)) ? jobs.checkpoints(id) : []),
    inputHashes: async (id) => ((await isOurs(id)) ? jobs.inputHashes(id) : []),
    endValidation: async (id, error) => (await isOurs(id)) && jobs.endValidation(id, error),
  };
}

function sweepsOf(
  { projectId, keyId, onCreated }: Owner,
  sweeps: Sweeps,
  isOurs: (jobId: string) => Promise<boolean>,
): ProjectStorage['sweeps'] {
  return {
    create: (sweep) => sweeps.create({ ...sweep, job: { ...sweep.job, projectId, keyId, onCreated } }),
    retry: async (id) => ((await isOurs(id)) ? sweeps.retry(id, { keyId, onCreated }) : null),
    children: async (id) => ((await isOurs(id)) ? sweeps.children(id) : []),
    advance: async (id) => ((await isOurs(id)) ? sweeps.advance(id) : []),
    queued: async (id) => ((await isOurs(id)) ? sweeps.queued(id) : []),
  };
}
