-- What a curve is drawn of: for every 32 steps of a metric how many points there are, the ends and the extremes, each a point as
-- [value, step, milliseconds since 1970] (the ends [step, value, milliseconds]), so that arrays compare as points should.
-- CreateTable
CREATE TABLE "metric_spans" (
    "job_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "span" INTEGER NOT NULL,
    "points" INTEGER NOT NULL,
    "first" DOUBLE PRECISION[] NOT NULL,
    "last" DOUBLE PRECISION[] NOT NULL,
    "lowest" DOUBLE PRECISION[] NOT NULL,
    "highest" DOUBLE PRECISION[] NOT NULL,

    CONSTRAINT "metric_spans_pkey" PRIMARY KEY ("job_id", "name", "span")
);

-- AddForeignKey
ALTER TABLE "metric_spans" ADD CONSTRAINT "metric_spans_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

INSERT INTO "metric_spans"
SELECT job_id, name, step / 32, count(*),
       min(ARRAY[step, value, ms]), max(ARRAY[step, value, ms]), min(ARRAY[value, step, ms]), max(ARRAY[value, step, ms])
FROM (SELECT job_id, name, step, value, (extract(epoch FROM at) * 1000)::float8 AS ms FROM "metrics") AS point
GROUP BY 1, 2, 3;

-- Kept up by the database, in the transaction that writes or removes points: whoever does that, spans and points agree.
CREATE FUNCTION add_to_metric_spans() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO metric_spans AS span
  SELECT job_id, name, step / 32, count(*),
         min(ARRAY[step, value, ms]), max(ARRAY[step, value, ms]), min(ARRAY[value, step, ms]), max(ARRAY[value, step, ms])
  FROM (SELECT job_id, name, step, value, (extract(epoch FROM at) * 1000)::float8 AS ms FROM added) AS point
  GROUP BY 1, 2, 3
  ON CONFLICT (job_id, name, span) DO UPDATE SET
    points = span.points + excluded.points,
    first = least(span.first, excluded.first), last = greatest(span.last, excluded.last),
    lowest = least(span.lowest, excluded.lowest), highest = greatest(span.highest, excluded.highest);
  RETURN NULL;
END $$;

CREATE FUNCTION take_from_metric_spans() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM metric_spans AS span USING (SELECT DISTINCT job_id, name, step / 32 AS span FROM removed) AS gone
  WHERE span.job_id = gone.job_id AND span.name = gone.name AND span.span = gone.span;
  -- What is left of a span of which only some steps went.
  INSERT INTO metric_spans
  SELECT job_id, name, step / 32, count(*),
         min(ARRAY[step, value, ms]), max(ARRAY[step, value, ms]), min(ARRAY[value, step, ms]), max(ARRAY[value, step, ms])
  FROM (
    SELECT left_over.job_id, left_over.name, step, value, (extract(epoch FROM at) * 1000)::float8 AS ms
    FROM (SELECT DISTINCT job_id, name, step / 32 AS span FROM removed) AS gone
    JOIN metrics AS left_over ON left_over.job_id = gone.job_id AND left_over.name = gone.name
      AND left_over.step BETWEEN 32 * gone.span AND 32 * gone.span + 31
  ) AS point
  GROUP BY 1, 2, 3;
  RETURN NULL;
END $$;

CREATE TRIGGER metrics_added AFTER INSERT ON "metrics" REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION add_to_metric_spans();
CREATE TRIGGER metrics_removed AFTER DELETE ON "metrics" REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION take_from_metric_spans();
