import { type Database, type Transaction } from './database.ts';
import { Prisma } from './generated/client.ts';
import { countPoints, type Ends, isCoarser, readEnds, type Sample, sampledSpans, sampleSpans } from './metric-spans.ts';

export interface MetricPoint {
  name: string;
  step: number;
  value: number;
  at: Date;
}

/** One metric in step order. `total` counts the recorded points, of which `points` may be a sample. */
export interface MetricSeries {
  name: string;
  total: number;
  points: { step: number; value: number; at: Date }[];
}

export interface Metrics {
  /**
   * @param options.maxPoints at most so many points a metric (4 at least): the first, the last, and the lowest and
   * highest of equal spans of steps, so that no extreme is lost
   */
  list(
    jobId: string,
    options?: { names?: string[] | undefined; maxPoints?: number | undefined },
  ): Promise<MetricSeries[]>;
}

export function createMetrics(database: Database): Metrics {
  return {
    list: async (jobId, { names, maxPoints = Infinity } = {}) => {
      const metrics = (await readEnds(database, jobId)).filter(({ name }) => names?.includes(name) ?? true);
      return Promise.all(metrics.map((ends) => readSeries(database, jobId, ends, maxPoints)));
    },
  };
}

async function readSeries(database: Database, jobId: string, ends: Ends, maxPoints: number): Promise<MetricSeries> {
  const { name } = ends;
  if (isCoarser(ends, maxPoints)) {
    const { total, points } = await sampleSpans(database, jobId, ends, maxPoints);
    if (total > maxPoints) return { name, total, points };
  } else if (maxPoints < Infinity) {
    const total = await countPoints(database, jobId, name);
    if (total > maxPoints) return { name, total, points: await readSampled(database, jobId, ends, maxPoints) };
  }
  const points = await readPoints(database, jobId, name);
  return { name, total: points.length, points };
}

/** A duplicate (name, step) violates the primary key and fails the whole transaction. */
export async function insertPoints(transaction: Transaction, jobId: string, points: MetricPoint[]): Promise<void> {
  if (points.length === 0) return;
  // As text, because JSON has no word for NaN and infinity, which double precision has.
  const column = (of: (point: MetricPoint) => string) => points.map(of);
  await transaction.$executeRaw`
    INSERT INTO metrics (job_id, name, step, value, at)
    SELECT ${jobId}, name, step::int, value::float8, at::timestamptz
    FROM unnest(${column(({ name }) => name)}::text[], ${column(({ step }) => String(step))}::text[],
                ${column(({ value }) => String(value))}::text[], ${column(({ at }) => at.toISOString())}::text[])
      AS point (name, step, value, at)`;
}

function readPoints(database: Database, jobId: string, name: string): Promise<Sample[]> {
  return database.query<Sample>(Prisma.sql`
    SELECT step, value, at FROM metrics WHERE job_id = ${jobId} AND name = ${name} ORDER BY step`);
}

/** Two points a span, and the two ends. The extremes are found by comparing (value, step) pairs: one pass, no sort. */
function readSampled(database: Database, jobId: string, ends: Ends, maxPoints: number): Promise<Sample[]> {
  const { name, first: start, last: end } = ends;
  const [first, last] = [start.step, end.step];
  const width = (last - first + 1) / sampledSpans(maxPoints);
  return database.query<Sample>(Prisma.sql`
    WITH extremes AS (
      SELECT min(ARRAY[value, step]) AS lowest, max(ARRAY[value, step]) AS highest
      FROM metrics WHERE job_id = ${jobId} AND name = ${name}
      GROUP BY floor((step - ${first}::int) / ${width}::float8)
    ), kept AS (
      SELECT lowest[2]::int AS step FROM extremes
      UNION SELECT highest[2]::int FROM extremes
      UNION SELECT ${first}::int UNION SELECT ${last}::int
    )
    SELECT metrics.step, metrics.value, metrics.at
    FROM kept JOIN metrics ON metrics.job_id = ${jobId} AND metrics.name = ${name} AND metrics.step = kept.step
    ORDER BY metrics.step`);
}
