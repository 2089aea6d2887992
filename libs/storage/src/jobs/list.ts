import { type Database } from '../database.ts';
import { Prisma } from '../generated/client.ts';
import { type Page, type PageRequest, toPage } from '../page.ts';
import { findJobs, type JobRow } from './job-row.ts';
import { type JobStatus } from './transitions.ts';

/** What a list is ordered by; among equals and by default, the id, which sorts by age. */
export const JOB_ORDERS = ['-created_at', 'created_at', '-priority', 'priority'] as const;
type JobOrder = (typeof JOB_ORDERS)[number];

export interface JobFilter extends PageRequest {
  status?: JobStatus[] | undefined;
  kind?: string[] | undefined;
  /** Ids or names. */
  teacher?: string | undefined;
  rollouts?: string | undefined;
  /** Id of their sweep. */
  parent?: string | undefined;
  /** Each of them must be there. */
  tags?: Record<string, string> | undefined;
  metadata?: Record<string, string> | undefined;
  /** From that moment on. */
  createdAfter?: Date | undefined;
  /** Up to that moment, which is not in it. */
  createdBefore?: Date | undefined;
  order?: JobOrder | undefined;
}

export async function listJobs(database: Database, filter: JobFilter): Promise<Page<JobRow>> {
  const { limit, after, order = '-created_at', createdAfter, createdBefore } = filter;
  // A span of time is read from an index of its own, whose order is the ids' but for clocks that differ.
  const column = order.endsWith('priority') ? 'priority' : createdAfter || createdBefore ? 'created_at' : 'id';
  const isDescending = order.startsWith('-');
  const direction = isDescending ? 'DESC' : 'ASC';
  const sorted = Prisma.raw(`job.${column} ${direction}, job.id ${direction}`);
  const beyond = after === undefined ? [] : [beyondRow(filter, { column, isDescending })];
  const page = Prisma.sql`
    SELECT job.* FROM jobs AS job WHERE ${Prisma.join([...conditions(filter), ...beyond], ' AND ')}
    ORDER BY ${sorted} LIMIT ${Prisma.raw(String(limit + 1))}`;
  return toPage(await findJobs(database, page, sorted), limit, (row) => row);
}

function conditions(filter: JobFilter): Prisma.Sql[] {
  const { projectId, status, kind, teacher, rollouts, parent, tags, metadata, createdAfter, createdBefore } = filter;
  return [
    projectId === undefined ? Prisma.sql`true` : Prisma.sql`job.project_id = ${projectId}`,
    ...(status ? [Prisma.sql`job.status = ANY(${status}::text[]::job_status[])`] : []),
    ...(kind ? [Prisma.sql`job.kind = ANY(${kind}::text[])`] : []),
    ...(teacher === undefined ? [] : [named('teacher', teacher)]),
    ...(rollouts === undefined ? [] : [named('rollouts', rollouts)]),
    ...(parent === undefined ? [] : [Prisma.sql`job.parent_id = ${parent}`]),
    ...holding('tags', tags),
    ...holding('metadata', metadata),
    ...(createdAfter ? [Prisma.sql`job.created_at >= ${createdAfter.toISOString()}::timestamptz`] : []),
    ...(createdBefore ? [Prisma.sql`job.created_at < ${createdBefore.toISOString()}::timestamptz`] : []),
  ];
}

/** Looked up before the jobs are: what is looked for is in an index then. */
function named(what: 'teacher' | 'rollouts', reference: string): Prisma.Sql {
  const [column, table] = what === 'teacher' ? ['teacher_id', 'teachers'] : ['rollouts_id', 'rollouts'];
  return Prisma.sql`job.${Prisma.raw(column)} = ANY(ARRAY(
    SELECT id FROM ${Prisma.raw(table)} WHERE id = ${reference} OR name = ${reference}))`;
}

function holding(column: 'tags' | 'metadata', pairs: Record<string, string> = {}): Prisma.Sql[] {
  if (Object.keys(pairs).length === 0) return [];
  return [Prisma.sql`job.${Prisma.raw(column)} @> ${JSON.stringify(pairs)}::jsonb`];
}

/** Rows after one whose place does not change. */
function beyondRow(
  { after = '', projectId }: PageRequest,
  { column, isDescending }: { column: 'id' | 'priority' | 'created_at'; isDescending: boolean },
): Prisma.Sql {
  const than = Prisma.raw(isDescending ? '<' : '>');
  if (column === 'id') return Prisma.sql`job.id ${than} ${after}`;
  const ours = projectId === undefined ? Prisma.sql`true` : Prisma.sql`project_id = ${projectId}`;
  const place = Prisma.sql`SELECT ${Prisma.raw(column)} FROM jobs WHERE id = ${after} AND ${ours}`;
  return Prisma.sql`(job.${Prisma.raw(column)}, job.id) ${than} ((${place}), ${after})`;
}
