import { type Artifacts, createArtifacts } from './artifacts.ts';
import { type Audit, createAudit } from './audit.ts';
import { type Caller, whenCreated } from './caller.ts';
import { type Database, openDatabase } from './database.ts';
import { createEvents, type Events } from './events.ts';
import { createIdempotency, type Idempotency } from './idempotency.ts';
import { createJobs, type Jobs } from './jobs/jobs.ts';
import { createKeys, type Keys } from './keys.ts';
import { createJobSummaries, type JobSummaries } from './job-summaries.ts';
import { createLabels, type LabelsTable } from './labels.ts';
import { type Lineage, lineageOf } from './models/lineage.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { migrationNames } from './migrate.ts';
import { modelFromCheckpoint } from './checkpoint-model.ts';
import { createModels } from './models/models.ts';
import { ownedBy } from './owner.ts';
import { createPartialUploads, type PartialUploads } from './partial-uploads.ts';
import { createProjectStorage, type ProjectModels, type ProjectStorage } from './project-storage.ts';
import { createProjects, type Projects } from './projects.ts';
import { createRecent } from './recent.ts';
import { createRollouts, type RolloutsRow, type RolloutsTable } from './rollouts.ts';
import { createSweeps, type Sweeps } from './sweeps/sweeps.ts';
import { createTeachers, type TeacherRow, type Teachers } from './teachers.ts';
import { createUploads, type Uploads } from './uploads.ts';
import { createWebhookSending, type WebhookSending } from './webhooks/sending.ts';
import { type Watch, watchEvents } from './watch.ts';
import { createWorkers, type Workers } from './workers.ts';

/** The rows of all projects, as plain types: for workers and sweeps. Requests get those of their project (`inProject`). */
export interface Storage {
  teachers: Teachers;
  rollouts: RolloutsTable;
  labels: LabelsTable;
  uploads: Uploads;
  partialUploads: PartialUploads;
  jobs: Jobs;
  jobSummaries: JobSummaries;
  sweeps: Sweeps;
  events: Events;
  metrics: Metrics;
  models: ProjectModels;
  /** What a model was made of; see `lineageOf`. */
  lineage(modelId: string): Promise<Lineage>;
  artifacts: Artifacts;
  workers: Workers;
  projects: Projects;
  keys: Keys;
  audit: Audit;
  idempotency: Idempotency;
  webhookSending: WebhookSending;
  /** @param caller who makes rows; nobody in particular where it is left out */
  inProject(projectId: string, caller?: Caller): ProjectStorage;
  /**
   * Calls back with the id of each job that got an event (LISTEN). Reconnects for ever; `onReconnect` says that some may
   * have been missed. Rejects when the first connection fails.
   */
  watch(onJobChanged: (jobId: string) => void, onReconnect?: () => void): Promise<Watch>;
  /** Resolves when the database answers and every migration is applied. */
  checkReady(): Promise<void>;
  close(): Promise<void>;
}

/** Connects when first used; the database must have been migrated (`migrate`). */
export function createStorage({ databaseUrl }: { databaseUrl: string }): Storage {
  const database = openDatabase(databaseUrl);
  const everybodys = {
    jobs: createJobs(database),
    jobSummaries: createJobSummaries(database),
    sweeps: createSweeps(database),
    events: createEvents(database),
    metrics: createMetrics(database),
    workers: createWorkers(database),
  };
  const recent = { teachers: createRecent<TeacherRow>(), rollouts: createRecent<RolloutsRow>() };
  return {
    ...everybodys,
    teachers: createTeachers(database),
    rollouts: createRollouts(database),
    labels: createLabels(database),
    uploads: createUploads(database),
    partialUploads: createPartialUploads(database),
    models: {
      ...createModels(database),
      fromCheckpoint: (jobId, step) => modelFromCheckpoint(database, { jobId, step }),
    },
    lineage: (modelId) => lineageOf(database, modelId),
    artifacts: createArtifacts(database),
    projects: createProjects(database),
    keys: createKeys(database),
    audit: createAudit(database),
    idempotency: createIdempotency(database),
    webhookSending: createWebhookSending(database),
    inProject: (projectId, caller) => {
      const by = caller && { keyId: caller.keyId, onCreated: whenCreated(caller) };
      return createProjectStorage(database, ownedBy(projectId, by), { ...everybodys, recent });
    },
    watch: (onJobChanged, onReconnect) => watchEvents(databaseUrl, onJobChanged, onReconnect),
    checkReady: () => checkMigrated(database),
    close: () => database.close(),
  };
}

async function checkMigrated(database: Database): Promise<void> {
  const rows = await database.$queryRaw<{ migration_name: string }[]>`
    SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`;
  const applied = new Set(rows.map((row) => row.migration_name));
  const missing = (await migrationNames()).filter((name) => !applied.has(name));
  if (missing.length > 0) throw new Error(`migrations not applied: ${missing.join(', ')}`);
}
