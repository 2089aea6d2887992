import { type Database } from '../database.ts';
import { type Prisma } from '../generated/client.ts';
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
  const { limit, after, order = '-created_at' } = filter;
  const direction = order.startsWith('-') ? 'desc' : 'asc';
  const byPriority = order.endsWith('priority');
  const beyond = after === undefined ? {} : await beyondRow(database, filter, { direction, byPriority });
  const rows = await findJobs(database, {
    where: { AND: [conditions(filter), beyond] },
    orderBy: [...(byPriority ? [{ priority: direction } as const] : []), { id: direction }],
    take: limit + 1,
  });
  return toPage(rows, limit, (row) => row);
}

function conditions(filter: JobFilter): Prisma.JobWhereInput {
  const { projectId, status, kind, teacher, rollouts, parent, tags, metadata, createdAfter, createdBefore } = filter;
  const named = (reference: string) => ({ OR: [{ id: reference }, { name: reference }] });
  const range = { ...(createdAfter && { gte: createdAfter }), ...(createdBefore && { lt: createdBefore }) };
  return {
    ...(projectId !== undefined && { projectId }),
    ...(status && { status: { in: status } }),
    ...(kind && { kind: { in: kind } }),
    ...(teacher !== undefined && { teacher: named(teacher) }),
    ...(rollouts !== undefined && { rollouts: named(rollouts) }),
    ...(parent !== undefined && { parentId: parent }),
    ...(Object.keys(range).length > 0 && { createdAt: range }),
    AND: [...holding('tags', tags), ...holding('metadata', metadata)],
  };
}

function holding(column: 'tags' | 'metadata', pairs: Record<string, string> = {}): Prisma.JobWhereInput[] {
  return Object.entries(pairs).map(([key, value]) => ({ [column]: { path: [key], equals: value } }));
}

/** Rows after one whose place does not change. */
async function beyondRow(
  database: Database,
  { after = '', projectId }: PageRequest,
  { direction, byPriority }: { direction: 'asc' | 'desc'; byPriority: boolean },
): Promise<Prisma.JobWhereInput> {
  const beyond = <Value>(value: Value) => (direction === 'desc' ? { lt: value } : { gt: value });
  if (!byPriority) return { id: beyond(after) };
  const row = await database.job.findFirst({
    where: { id: after, ...(projectId !== undefined && { projectId }) },
    select: { priority: true },
  });
  if (!row) return { id: { in: [] } };
  return { OR: [{ priority: beyond(row.priority) }, { priority: row.priority, id: beyond(after) }] };
}
