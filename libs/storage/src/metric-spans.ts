import { type Database } from './database.ts';

export interface Sample {
  step: number;
  value: number;
  at: Date;
}

/** What all points of a metric are like. */
export interface Extent {
  name: string;
  total: number;
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

interface FoundExtent {
  name: string;
  total: number;
  first_step: number;
  first_value: number;
  first_ms: number;
  last_step: number;
  last_value: number;
  last_ms: number;
}

/** Of each metric of a job, by name. */
export async function readExtents(database: Database, jobId: string): Promise<Extent[]> {
  const found = await database.$queryRaw<FoundExtent[]>`
    SELECT name, total, first[1] AS first_step, first[2] AS first_value, first[3] AS first_ms,
           last[1] AS last_step, last[2] AS last_value, last[3] AS last_ms
    FROM (
      SELECT name, sum(points)::int AS total, min(first) AS first, max(last) AS last
      FROM metric_spans WHERE job_id = ${jobId} GROUP BY name
    ) AS metric ORDER BY name`;
  return found.map((row) => ({
    name: row.name,
    total: row.total,
    first: toSample(row.first_step, row.first_value, row.first_ms),
    last: toSample(row.last_step, row.last_value, row.last_ms),
  }));
}

interface FoundExtremes {
  name: string;
  lowest_step: number;
  lowest: number;
  lowest_ms: number;
  highest_step: number;
  highest: number;
  highest_ms: number;
}

/**
 * Samples of those metrics that have more spans than a sample of `maxPoints` has, by name: the ends, and the extremes of
 * evenly many spans, with no point looked at.
 */
export async function sampleSpans(
  database: Database,
  jobId: string,
  extents: readonly Extent[],
  maxPoints: number,
): Promise<Map<string, Sample[]>> {
  const long = extents.filter(({ total, ...extent }) => total > maxPoints && spansOf(extent) > sampledSpans(maxPoints));
  if (long.length === 0) return new Map();
  const names = long.map(({ name }) => name);
  const starts = long.map(({ first }) => spanOf(first.step));
  const shares = long.map((extent) => sampledSpans(maxPoints) / spansOf(extent));
  const found = await database.$queryRaw<FoundExtremes[]>`
    SELECT name, lowest[1] AS lowest, lowest[2] AS lowest_step, lowest[3] AS lowest_ms,
           highest[1] AS highest, highest[2] AS highest_step, highest[3] AS highest_ms
    FROM (
      SELECT name, min(lowest) AS lowest, max(highest) AS highest
      FROM unnest(${names}::text[], ${starts}::int[], ${shares}::float8[]) AS wanted (name, start, share)
      JOIN metric_spans USING (name) WHERE job_id = ${jobId}
      GROUP BY name, floor((span - start) * share)
    ) AS sampled`;
  return new Map(long.map((extent) => [extent.name, toSamples(extent, found)]));
}

function spansOf({ first, last }: Pick<Extent, 'first' | 'last'>): number {
  return spanOf(last.step) - spanOf(first.step) + 1;
}

/** In step order, none twice. */
function toSamples({ name, first, last }: Extent, found: readonly FoundExtremes[]): Sample[] {
  const extremes = found
    .filter((row) => row.name === name)
    .flatMap((row) => [
      toSample(row.lowest_step, row.lowest, row.lowest_ms),
      toSample(row.highest_step, row.highest, row.highest_ms),
    ]);
  const byStep = new Map([first, ...extremes, last].map((sample) => [sample.step, sample]));
  return [...byStep.values()].sort((a, b) => a.step - b.step);
}

function toSample(step: number, value: number, ms: number): Sample {
  return { step, value, at: new Date(ms) };
}
