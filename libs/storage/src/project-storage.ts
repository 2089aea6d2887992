import { storedBytes } from './caller.ts';
import { type Database } from './database.ts';
import { type Events } from './events.ts';
import { type Jobs } from './jobs/jobs.ts';
import { createLabels, type LabelsTable } from './labels.ts';
import { type Metrics } from './metrics.ts';
import { createModels, type Models } from './models.ts';
import { type Owner } from './owner.ts';
import { createRollouts, type RolloutsTable } from './rollouts.ts';
import { createTeachers, type Teachers } from './teachers.ts';
import { createUploads, type Uploads } from './uploads.ts';

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
  models: Models;
  jobs: ProjectJobs;
  events: Events;
  metrics: Metrics;
  /** Bytes that the project keeps. */
  storedBytes(): Promise<number>;
}

/** Of the jobs, what requests do. A new verb must be added to `jobsOf`, which asks first whose job it is. */
export type ProjectJobs = Pick<Jobs, 'create' | 'get' | 'list' | 'requestCancel'>;

interface Everybodys {
  jobs: Jobs;
  events: Events;
  metrics: Metrics;
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
    teachers: createTeachers(database, owner),
    rollouts: createRollouts(database, owner),
    labels: createLabels(database, owner),
    uploads: createUploads(database, owner),
    models: createModels(database, owner),
    jobs: jobsOf(owner, everybodys.jobs, isOurs),
    storedBytes: () => storedBytes(database, projectId),
    events: {
      list: async (jobId, options) => ((await isOurs(jobId)) ? everybodys.events.list(jobId, options) : []),
    },
    metrics: {
      list: async (jobId, options) => ((await isOurs(jobId)) ? everybodys.metrics.list(jobId, options) : []),
    },
  };
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
    requestCancel: async (id) => ((await isOurs(id)) ? jobs.requestCancel(id) : null),
  };
}
