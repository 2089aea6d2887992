import { type Client } from 'pg';

/** What the lists are read of. */
export interface Seeded {
  /** Newest first. */
  jobIds: string[];
  /** The job with very many steps, that of which streams tell, and the model that is downloaded. */
  curveId: string;
  streamedId: string;
}

export const CURVE_STEPS = 100_000;
export const CURVE_METRICS = ['loss', 'value_loss', 'derivative_loss', 'weight', 'learning_rate'];
/** Of each metric the one step that is far above the others, and the one far below. */
export const SPIKES = { high: 41_234, low: 77_777 };

/** Rows written straight into the tables: so many jobs of every status and kind, like those that the API has made. */
export async function seedJobs(database: Client, count: number): Promise<Seeded> {
  await database.query(`INSERT INTO teachers SELECT (t).* FROM (
    SELECT jsonb_populate_record(t, jsonb_build_object('id', 'teacher_rare', 'name', 'rare')) AS t FROM teachers t LIMIT 1) AS one`);
  await database.query(JOBS, [count]);
  await database.query(`INSERT INTO events (job_id, seq, level, type, message, data)
    SELECT id, 1, 'info', 'status', 'Queued', '{"status": "queued"}' FROM jobs ON CONFLICT DO NOTHING`);
  const { rows } = await database.query<{ id: string }>('SELECT id FROM jobs ORDER BY id DESC');
  const jobIds = rows.map(({ id }) => id);
  const running = await database.query<{ id: string }>(
    "SELECT id FROM jobs WHERE status = 'running' ORDER BY id LIMIT 2",
  );
  const [curveId, streamedId] = running.rows.map(({ id }) => id) as [string, string];
  await seedCurve(database, curveId);
  await database.query('VACUUM ANALYZE');
  return { jobIds, curveId, streamedId };
}

/** Every job is made of one that the API has made: one a kind. The ids sort by age, and are older than all that is made now. */
const JOBS = `
INSERT INTO jobs (id, project_id, kind, status, spec, layer_table, teacher_id, rollouts_id, attempt, event_seq, step, total_steps,
                  engine, error, result, metadata, tags, priority, created_at, queued_at, started_at, finished_at, key_id)
SELECT 'job_0' || lpad(to_hex(n), 9, '0') || substr(md5(n::text), 1, 16), made.project_id, made.kind, how.status::job_status,
       jsonb_set(made.spec, '{seed}', to_jsonb(n)), made.layer_table, CASE WHEN n % 100 = 7 THEN 'teacher_rare' ELSE made.teacher_id END, made.rollouts_id,
       CASE WHEN how.status = 'queued' THEN 0 ELSE 1 END, 1, 0, made.total_steps, 'tensorflow',
       CASE how.status WHEN 'failed' THEN '{"code": "diverged", "message": "the loss is not finite"}'::jsonb END,
       CASE how.status WHEN 'succeeded' THEN '{"kl": 0.01, "action_error": 0.02, "seconds": 12.5}'::jsonb END,
       jsonb_build_object('study', 's' || n % 50, 'note', md5(n::text)),
       jsonb_build_object('team', CASE n % 3 WHEN 0 THEN 'atari' ELSE 'games' END)
         || CASE WHEN n % 1000 = 3 THEN '{"rare": "yes"}'::jsonb ELSE '{}'::jsonb END,
       n % 7 - 3, now() - ($1 - n) * interval '1 minute', now() - ($1 - n) * interval '1 minute',
       CASE WHEN how.status <> 'queued' THEN now() - ($1 - n) * interval '1 minute' END,
       CASE WHEN how.status IN ('succeeded', 'failed', 'cancelled') THEN now() - ($1 - n) * interval '50 seconds' END, made.key_id
FROM generate_series(1, $1::int) AS n
CROSS JOIN LATERAL (
  SELECT CASE WHEN n % 20 < 2 THEN 'queued' WHEN n % 400 = 11 THEN 'running' WHEN n % 20 < 5 THEN 'failed'
              WHEN n % 20 = 5 THEN 'cancelled' ELSE 'succeeded' END AS status) AS how
JOIN (SELECT *, row_number() OVER (ORDER BY kind) AS nth, count(*) OVER () AS kinds FROM jobs) AS made
  ON made.nth = 1 + (CASE WHEN n % 5 < 3 THEN 0 ELSE n % 5 - 2 END) % made.kinds`;

/** Points such as training writes, with a spike of one step up and one down. */
async function seedCurve(database: Client, jobId: string): Promise<void> {
  await database.query(
    `INSERT INTO metrics (job_id, name, step, value, at)
     SELECT $1, name, step,
            CASE step WHEN $2::int THEN 1e6 WHEN $3::int THEN -1e6 ELSE exp(-step / 3e4) + sin(step) / 10 END,
            now() - ($4::int - step) * interval '50 milliseconds'
     FROM generate_series(1, $4::int) AS step CROSS JOIN unnest($5::text[]) AS name`,
    [jobId, SPIKES.high, SPIKES.low, CURVE_STEPS, CURVE_METRICS],
  );
}

/** A model with a file whose bytes are in the store: what a finished distillation leaves. */
export async function seedModel(
  database: Client,
  jobId: string,
  files: readonly { name: string; sha256: string; bytes: number }[],
): Promise<string> {
  const id = 'model_00000000000000000000000001';
  await database.query(
    `INSERT INTO models (id, project_id, job_id, observation, contract_hash, actions, layer_table, metrics)
     SELECT $1, j.project_id, j.id, t.observation, t.contract_hash, t.actions, j.layer_table, '{"kl": 0.01}'
     FROM jobs j JOIN teachers t ON t.id = j.teacher_id WHERE j.id = $2`,
    [id, jobId],
  );
  for (const { name, sha256, bytes } of files) {
    await database.query('INSERT INTO artifacts (sha256, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      sha256,
      bytes,
    ]);
    await database.query('INSERT INTO model_files (model_id, name, sha256, filename) VALUES ($1, $2, $3, $4)', [
      id,
      name,
      sha256,
      `${name}.safetensors`,
    ]);
  }
  return id;
}
