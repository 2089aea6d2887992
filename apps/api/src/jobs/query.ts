import { JOB_KINDS } from '@distiller/distillation/spec';
import { JOB_ORDERS, type JobStatus as Status, type ProjectStorage } from '@distiller/storage';
import { z } from 'zod';
import { PageQuery, pageRequest } from '../page.ts';
import { JobStatus } from './status.ts';

const someOf = (options: readonly string[]) =>
  z
    .string()
    .regex(new RegExp(`^(${options.join('|')})(,(${options.join('|')}))*$`), {
      error: `one or more of ${options.join(', ')}, separated by commas`,
    })
    .optional();

const Pair = z
  .string()
  .max(600)
  .regex(/^[^:]+:/, 'key:value');
const Pairs = z.union([Pair, z.array(Pair).max(20)]).optional();
const Moment = z.iso.datetime({ offset: true }).optional();

/** Query parameters of the list of jobs; each narrows it. */
export const JobQuery = PageQuery.extend({
  status: someOf(JobStatus.options).describe('only jobs with one of these, separated by commas'),
  kind: someOf(JOB_KINDS).describe('only jobs of one of these kinds, separated by commas'),
  teacher: z.string().max(200).optional().describe('id or name of their teacher'),
  rollouts: z.string().max(200).optional().describe('id or name of the rollouts that they use'),
  parent_id: z.string().max(200).optional().describe('id of the sweep that they are children of'),
  tag: Pairs.describe('key:value, which their tags must hold; of several, all'),
  metadata: Pairs.describe('key:value, which their metadata must hold; of several, all'),
  created_after: Moment.describe('submitted then or later'),
  created_before: Moment.describe('submitted before that'),
  sort: z.enum(JOB_ORDERS).default('-created_at').describe('a minus turns the order round'),
});

/** What storage is asked for. */
export function jobFilter(query: z.infer<typeof JobQuery>): Parameters<ProjectStorage['jobs']['list']>[0] {
  const { status, kind, teacher, rollouts, parent_id: parent, sort: order, ...rest } = query;
  return {
    ...pageRequest(rest),
    status: status?.split(',') as Status[] | undefined,
    kind: kind?.split(','),
    teacher,
    rollouts,
    parent,
    tags: toRecord(rest.tag),
    metadata: toRecord(rest.metadata),
    createdAfter: toDate(rest.created_after),
    createdBefore: toDate(rest.created_before),
    order,
  };
}

const toDate = (moment: string | undefined) => (moment === undefined ? undefined : new Date(moment));

/** A value may hold colons, a key may not. */
function toRecord(pairs: string | string[] = []): Record<string, string> {
  const split = (pair: string) => [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)] as const;
  return Object.fromEntries([pairs].flat().map(split));
}
