import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { writeSafetensors } from '@distiller/policies/description';
import { createArtifactStore } from '@distiller/storage';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runsProgram } from '../../../test/processes.ts';
import { tinyService, type TinyService } from '../../../test/registered-job.ts';
import { tinyWeights } from '../../../test/tiny-distillation.ts';
import { quietWorker } from './run-job.fixture.ts';
import { JobInterruptedError, runJob, type WorkerContext } from './run-job.ts';

let service: TinyService;
let context: WorkerContext;

beforeAll(async () => {
  service = await tinyService();
  context = quietWorker(service);
});

afterAll(() => service.close());

const never = () => new AbortController().signal;
const job = async (id: string) => (await service.storage.jobs.get(id))!;

async function stepsOf(id: string, name = 'loss'): Promise<number[]> {
  const rows = await service.database.query<{ step: number }>(
    'SELECT step FROM metrics WHERE job_id = $1 AND name = $2 ORDER BY step',
    [id, name],
  );
  return rows.map(({ step }) => step);
}

async function eventsOf(id: string) {
  return service.storage.events.list(id, { afterSeq: 0, limit: 1000 });
}

const counting = (steps: number) => Array.from({ length: steps }, (_, index) => index + 1);

/** Process ids of our jobs' processes, from the kernel's own table. */
function jobProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const [command, parent] = [
          readFileSync(`/proc/${pid}/cmdline`, 'utf8'),
          readFileSync(`/proc/${pid}/stat`, 'utf8'),
        ];
        return (
          runsProgram(command, 'apps/worker/src/process/main.ts') &&
          parent.split(') ')[1]?.split(' ')[1] === String(process.pid)
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await setTimeout(20);
}

test('a job ends succeeded with every step once, evaluations, a result and a model with its files', async () => {
  const id = await service.createJob();
  await runJob(id, context, never());
  expect(await job(id)).toMatchObject({ status: 'succeeded', step: 12, engine: 'wasm', attempt: 1 });
  for (const name of ['loss', 'value_term', 'derivative_term', 'gradient_norm', 'learning_rate']) {
    expect(await stepsOf(id, name)).toEqual(counting(12));
  }
  expect(await stepsOf(id, 'kl')).toEqual([5, 10, 12]);
  const { modelId, result } = await job(id);
  expect(Object.keys(result as object)).toEqual(
    expect.arrayContaining(['kl', 'action_error', 'jacobian_error', 'seconds', 'steps_per_second']),
  );
  const model = (await service.storage.models.get(modelId!))!;
  expect(model.files.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['student', 'reference', 'onnx', 'tfjs', 'pytorch', 'card.md']),
  );
  for (const { sha256 } of model.files) expect(await service.artifacts.has(sha256)).toBe(true);
});

test('a training process killed at random steps, five times: the job succeeds, each step is recorded once, the student is the undisturbed one', async () => {
  const steps = 400;
  const [disturbed, calm] = [await service.createJob({ steps }), await service.createJob({ steps })];
  const running = runJob(disturbed, { ...context, checkpointEveryMs: 50 }, never());
  for (let kill = 1; kill <= 5; kill++) {
    await until(async () => (await job(disturbed)).attempt === kill && jobProcesses().length === 1);
    const from = (await job(disturbed)).step;
    await until(async () => (await job(disturbed)).step > from);
    await setTimeout(Math.random() * 100);
    process.kill(jobProcesses()[0]!, 'SIGKILL');
  }
  await running;
  expect(await job(disturbed)).toMatchObject({ status: 'succeeded', attempt: 6 });
  expect(await stepsOf(disturbed)).toEqual(counting(steps));
  await runJob(calm, context, never());
  expect(await student(disturbed)).toBe(await student(calm));
}, 180_000);

test('a cancelled job stops at its next step, keeps a checkpoint and ends cancelled', async () => {
  const id = await service.createJob({ steps: 1_000_000 });
  const running = runJob(id, context, never());
  await until(async () => (await job(id)).step > 0);
  await service.storage.jobs.requestCancel(id);
  await running;
  expect((await job(id)).status).toBe('cancelled');
  expect((await eventsOf(id)).some(({ type }) => type === 'checkpoint')).toBe(true);
  expect(jobProcesses()).toEqual([]);
});

async function student(id: string): Promise<string> {
  const model = await service.storage.models.get((await job(id)).modelId!);
  return model!.files.find(({ name }) => name === 'student')!.sha256;
}

test('a job that is cancelled at once has its process ended, and keeps the checkpoint from before', async () => {
  const id = await service.createJob({ steps: 1_000_000 });
  const running = runJob(id, { ...context, checkpointEveryMs: 50 }, never());
  await until(async () => (await service.storage.jobs.checkpoints(id)).length > 0);
  await service.storage.jobs.requestCancel(id, { mode: 'now' });
  await running;
  expect((await job(id)).status).toBe('cancelled');
  expect(await service.storage.jobs.checkpoints(id)).toHaveLength(1);
  expect(jobProcesses()).toEqual([]);
});

test.each(['save', 'latest'] as const)(
  'a job paused with checkpoint=%s and resumed ends in the student of an undisturbed one, each step recorded once',
  async (checkpoint) => {
    const steps = 300;
    const [paused, calm] = [await service.createJob({ steps }), await service.createJob({ steps })];
    const running = runJob(paused, { ...context, checkpointEveryMs: 50 }, never());
    await until(async () => (await service.storage.jobs.checkpoints(paused)).length > 0);
    await service.storage.jobs.requestPause(paused, { checkpoint });
    await running;
    const { status, step } = await job(paused);
    expect([status, step > 0 && step < steps]).toEqual(['paused', true]);
    expect(jobProcesses()).toEqual([]);
    await runJob(paused, context, never());
    expect((await job(paused)).status).toBe('paused');
    await service.storage.jobs.requestResume(paused);
    await runJob(paused, context, never());
    expect(await job(paused)).toMatchObject({ status: 'succeeded', attempt: 2 });
    expect(await stepsOf(paused)).toEqual(counting(steps));
    await runJob(calm, context, never());
    expect(await student(paused)).toBe(await student(calm));
  },
  60_000,
);

test('a job whose process is killed while it is pausing ends paused, and goes on from there when it is resumed', async () => {
  const id = await service.createJob({ steps: 300 });
  const running = runJob(id, { ...context, checkpointEveryMs: 50 }, never());
  await until(async () => (await service.storage.jobs.checkpoints(id)).length > 0);
  await service.storage.jobs.requestPause(id);
  for (const pid of jobProcesses()) process.kill(pid, 'SIGKILL');
  await running;
  expect((await job(id)).status).toBe('paused');
  await service.storage.jobs.requestResume(id);
  await runJob(id, context, never());
  expect((await job(id)).status).toBe('succeeded');
  expect(await stepsOf(id)).toEqual(counting(300));
});

test('a job that stops early says why, its model is the best student, and its best checkpoint is kept', async () => {
  const rules = { early_stopping: { patience: 2, min_delta: 100 }, keep: 'best', steps: 400, evaluate_every: 4 };
  const id = await service.createJob(rules);
  await runJob(id, context, never());
  expect(await job(id)).toMatchObject({
    status: 'succeeded',
    step: 12,
    bestCheckpoint: 4,
    result: { student_step: 4 },
  });
  const why = (await eventsOf(id)).find(({ message }) => message.startsWith('Stopped early'));
  expect(why?.data).toMatchObject({ reason: 'patience', step: 12, metric: 'kl', best: { step: 4 } });
  const [newest, best] = await service.storage.jobs.checkpoints(id);
  expect([newest?.step, best?.step]).toEqual([12, 4]);
  expect(best?.files.find(({ name }) => name === 'policy')?.sha256).toBe(await student(id));
});

test('a running job tells how fast it goes', async () => {
  const id = await service.createJob({ steps: 1_000_000 });
  const running = runJob(id, context, never());
  await until(async () => (await job(id)).rate !== null);
  expect(await job(id)).toMatchObject({ rate: expect.any(Number) as number, progressAt: expect.any(Date) as Date });
  await service.storage.jobs.requestCancel(id, { mode: 'now' });
  await running;
});

test('a diverged job fails with the step and the term, and its last checkpoint is kept', async () => {
  const loss = { derivative: { kind: 'vjp', weight: { kind: 'fixed', alpha: 1e30 } } };
  const optimizer = { kind: 'adam', learning_rate: 1, beta1: 0, beta2: 0, epsilon: 1e-30 };
  const id = await service.createJob({ loss, optimizer, steps: 1000 });
  await runJob(id, { ...context, checkpointEveryMs: 1 }, never());
  const { status, error } = await job(id);
  expect(status).toBe('failed');
  expect(error).toMatchObject({
    code: 'diverged',
    data: { step: expect.any(Number) as number, term: expect.any(String) as string },
  });
  const { step } = (error as { data: { step: number } }).data;
  const kept = await service.database.query<{ step: number; sha256: string }>(
    'SELECT step, sha256 FROM checkpoints WHERE job_id = $1',
    [id],
  );
  if (step > 1) expect(kept[0]!.step).toBe(step - 1);
  for (const { sha256 } of kept) expect(await service.artifacts.has(sha256)).toBe(true);
});

test('an interrupted job is given back and goes on from where it was', async () => {
  const id = await service.createJob({ steps: 600 });
  const interrupt = new AbortController();
  const running = runJob(id, context, interrupt.signal);
  await until(async () => (await job(id)).step > 0);
  interrupt.abort();
  await expect(running).rejects.toBeInstanceOf(JobInterruptedError);
  const reached = (await job(id)).step;
  expect((await job(id)).status).toBe('running');
  await runJob(id, context, never());
  expect(await job(id)).toMatchObject({ status: 'succeeded', attempt: 2 });
  expect(await stepsOf(id)).toEqual(counting(600));
  const restart = (await eventsOf(id)).findLast(({ message }) => message.startsWith('Running again'));
  expect((restart?.data as { from_step: number }).from_step).toBeGreaterThanOrEqual(reached);
});

test('a job that is interrupted before its first step is given back without one, and succeeds later', async () => {
  const id = await service.createJob();
  const interrupt = new AbortController();
  const running = runJob(id, context, interrupt.signal);
  await until(() => jobProcesses().length === 1);
  interrupt.abort();
  await expect(running).rejects.toBeInstanceOf(JobInterruptedError);
  expect(jobProcesses()).toEqual([]);
  expect(await job(id)).toMatchObject({ status: 'running', step: 0 });
  await runJob(id, context, never());
  expect(await job(id)).toMatchObject({ status: 'succeeded', attempt: 2 });
});

test('a worker whose job was taken over writes nothing more and stops its training', async () => {
  const id = await service.createJob({ steps: 1_000_000 });
  const first = runJob(id, context, never());
  await until(async () => (await job(id)).step > 0);
  const second = (await service.storage.jobs.claim(id, {}))!;
  await first;
  expect(jobProcesses()).toEqual([]);
  await service.storage.jobs.finish({ jobId: id, attempt: second.attempt }, { status: 'cancelled' });
  expect((await job(id)).attempt).toBe(2);
});

test('a training process that dies again and again without a new checkpoint ends the job as failed', async () => {
  const id = await service.createJob({ steps: 1_000_000 });
  const running = runJob(id, context, never());
  for (let kill = 1; kill <= 10; kill++) {
    await until(async () => (await job(id)).attempt === kill && jobProcesses().length === 1);
    process.kill(jobProcesses()[0]!, 'SIGKILL');
  }
  await running;
  expect(await job(id)).toMatchObject({ status: 'failed', error: { code: 'job_process_died' } });
});

test('a training process killed five times before its first checkpoint does not end the job', async () => {
  const id = await service.createJob();
  const running = runJob(id, context, never());
  for (let kill = 1; kill <= 5; kill++) {
    await until(async () => (await job(id)).attempt === kill && jobProcesses().length === 1);
    process.kill(jobProcesses()[0]!, 'SIGKILL');
  }
  await running;
  expect(await job(id)).toMatchObject({ status: 'succeeded', attempt: 6 });
});

test('a job that was trained to its end and could not be finished is finished by the next attempt, its last evaluation told once', async () => {
  const id = await service.createJob();
  const away = () => Promise.reject(new Error('the database is away'));
  const storage = { ...service.storage, jobs: { ...service.storage.jobs, finish: away } };
  await expect(runJob(id, { ...context, storage }, never())).rejects.toThrow('away');
  await runJob(id, context, never());
  expect(await job(id)).toMatchObject({ status: 'succeeded', attempt: 2 });
  expect(await stepsOf(id, 'kl')).toEqual([5, 10, 12]);
  const evaluations = (await eventsOf(id)).filter(({ type }) => type === 'evaluation');
  expect(evaluations.map(({ data }) => (data as { step: number }).step)).toEqual([5, 10, 12]);
});

test('a job cancelled before its training goes on keeps the step that it had reached', async () => {
  const id = await service.createJob({ steps: 1_000_000 });
  const interrupt = new AbortController();
  const first = runJob(id, context, interrupt.signal);
  await until(async () => (await job(id)).step > 0);
  interrupt.abort();
  await expect(first).rejects.toBeInstanceOf(JobInterruptedError);
  const reached = (await job(id)).step;
  const second = runJob(id, context, never());
  await until(async () => (await job(id)).attempt === 2);
  await service.storage.jobs.requestCancel(id);
  await second;
  const { status, result } = await job(id);
  expect(status).toBe('cancelled');
  expect((result as { step: number }).step).toBeGreaterThanOrEqual(reached);
});

test('a job that has come back a hundred times is given up', async () => {
  const id = await service.createJob();
  await service.database.query('UPDATE jobs SET attempt = 100 WHERE id = $1', [id]);
  await runJob(id, context, never());
  expect(await job(id)).toMatchObject({ status: 'failed', attempt: 101, error: { code: 'too_many_attempts' } });
});

test("a job whose teacher's file is gone fails and says so, and is not tried again for ever", async () => {
  const id = await service.createJob();
  const { weights } = (await service.storage.teachers.get('tiny'))!;
  const path = (sha256: string) =>
    sha256 === weights.sha256
      ? createArtifactStore('file:///nonexistent').path(sha256)
      : service.artifacts.path(sha256);
  await runJob(id, { ...context, artifacts: { ...service.artifacts, path } }, never());
  expect(await job(id)).toMatchObject({
    status: 'failed',
    error: { code: 'inputs_lost', message: expect.stringContaining(weights.sha256) as string },
  });
});

test('a metric that is not finite is recorded as it is: a teacher without a Jacobian has no relative error', async () => {
  const tensors = tinyWeights();
  for (const { data } of tensors.values()) data.fill(0);
  const { sha256 } = await service.artifacts.put(writeSafetensors({ tensors, metadata: {} }));
  const { weights } = (await service.storage.teachers.get('tiny'))!;
  const path = (wanted: string) => service.artifacts.path(wanted === weights.sha256 ? sha256 : wanted);
  const id = await service.createJob({ loss: { derivative: { kind: 'none' } } });
  await runJob(id, { ...context, artifacts: { ...service.artifacts, path } }, never());
  expect(await job(id)).toMatchObject({ status: 'succeeded', result: { jacobian_error: null } });
  expect(await stepsOf(id, 'jacobian_error')).toEqual([5, 10, 12]);
});

test('a job whose artifacts cannot be stored fails and says why', async () => {
  const id = await service.createJob();
  const artifactsUrl = new URL('package.json/artifacts', pathToFileURL(`${process.cwd()}/`)).href;
  await runJob(id, { ...context, artifactsUrl }, never());
  expect(await job(id)).toMatchObject({
    status: 'failed',
    error: { message: expect.stringContaining('ENOTDIR') as string },
  });
});

// The kernel's own tree, which nobody may write to, where it is there.
test.runIf(existsSync('/sys/kernel'))(
  'a job whose artifact store takes no bytes fails with a code of its own and the words of the file system',
  async () => {
    const id = await service.createJob();
    await runJob(id, { ...context, artifactsUrl: 'file:///sys/artifacts' }, never());
    expect(await job(id)).toMatchObject({
      status: 'failed',
      error: {
        code: 'store_unwritable',
        message: expect.stringMatching(/^the artifact store cannot be written: E(ROFS|PERM|ACCES)/) as string,
      },
    });
  },
);
