import { type Database } from './database.ts';
import { Prisma } from './generated/client.ts';

export interface Sample {
  step: number;
  value: number;
  at: Date;
}

/** The ends of a metric. */
export interface Ends {
  name: string;
  first: Sample;
  last: Sample;
}

/** As in the migration that makes `metric_spans`: of so many steps the database keeps the ends and the extremes. */
const SPAN_STEPS = 32;

const spanOf = (step: number) => Math.floor(step / SPAN_STEPS);

/** Spans of a sample of so many points: two of each, beside the two ends. */
export function sampledSpans(maxPoints: number): number {
  return Math.max(1, Math.floor((maxPoints - 2) / 2));
}

/** Whether a sample of so many points has fewer spans than the database keeps of the metric. */
export function isCoarser(ends: Ends, maxPoints: number): boolean {
  return spansOf(ends) > sampledSpans(maxPoints);
}

type Found<Name extends string> = Record<`${Name}_step` | `${Name}_value` | `${Name}_ms`, number>;

/** Of each metric of a job, by name. Names are found from one to the next, so that no span between is read. */
export async function readEnds(database: Database, jobId: string): Promise<Ends[]> {
  const found = await database.query<{ name: string } & Found<'first'> & Found<'last'>>(Prisma.sql`
    WITH RECURSIVE metric AS (
      (SELECT name FROM metric_spans WHERE job_id = ${jobId} ORDER BY name LIMIT 1)
      UNION ALL
      SELECT next.name FROM metric CROSS JOIN LATERAL (
        SELECT name FROM metric_spans WHERE job_id = ${jobId} AND name > metric.name ORDER BY name LIMIT 1
      ) AS next
    )
    SELECT name, first[1] AS first_step, first[2] AS first_value, first[3] AS first_ms,
           last[1] AS last_step, last[2] AS last_value, last[3] AS last_ms
    FROM metric
    CROSS JOIN LATERAL (
      SELECT first FROM metric_spans WHERE job_id = ${jobId} AND name = metric.name ORDER BY span LIMIT 1
    ) AS earliest
    CROSS JOIN LATERAL (
      SELECT last FROM metric_spans WHERE job_id = ${jobId} AND name = metric.name ORDER BY span DESC LIMIT 1
    ) AS latest`);
  return found.map((row) => ({
    name: row.name,
    first: toSample(row.first_step, row.first_value, row.first_ms),
    last: toSample(row.last_step, row.last_value, row.last_ms),
  }));
}

export async function countPoints(database: Database, jobId: string, name: string): Promise<number> {
  const [counted] = await database.query<{ total: number }>(Prisma.sql`
    SELECT sum(points)::int AS total FROM metric_spans WHERE job_id = ${jobId} AND name = ${name}`);
  return counted?.total ?? 0;
}

/** A sample of a metric that is finer than it (`isCoarser`): the ends, and the extremes of even spans, with no point looked at. */
export async function sampleSpans(
  database: Database,
  jobId: string,
  ends: Ends,
  maxPoints: number,
): Promise<{ total: number; points: Sample[] }> {
  const { name, first, last } = ends;
  const share = sampledSpans(maxPoints) / spansOf(ends);
  const found = await database.query<{ points: number } & Found<'lowest'> & Found<'highest'>>(Prisma.sql`
    SELECT points, lowest[1] AS lowest_value, lowest[2] AS lowest_step, lowest[3] AS lowest_ms,
           highest[1] AS highest_value, highest[2] AS highest_step, highest[3] AS highest_ms
    FROM (
      SELECT min(lowest) AS lowest, max(highest) AS highest, sum(points)::int AS points
      FROM metric_spans WHERE job_id = ${jobId} AND name = ${name}
      GROUP BY floor((span - ${spanOf(first.step)}::int) * ${share}::float8)
    ) AS sampled`);
  const extremes = found.flatMap((row) => [
    toSample(row.lowest_step, row.lowest_value, row.lowest_ms),
    toSample(row.highest_step, row.highest_value, row.highest_ms),
  ]);
  const byStep = new Map([first, ...extremes, last].map((sample) => [sample.step, sample]));
  return {
    total: found.reduce((sum, { points }) => sum + points, 0),
    points: [...byStep.values()].sort((a, b) => a.step - b.step),
  };
}

function spansOf({ first, last }: Ends): number {
  return spanOf(last.step) - spanOf(first.step) + 1;
}

function toSample(step: number, value: number, ms: number): Sample {
  return { step, value, at: new Date(ms) };
}
