import { type Browser } from 'playwright-core';
import { type Dashboard } from './dashboard.ts';

/** What the pages have to show: a study of several losses and seeds, and jobs in every state. */
export interface ShownJobs {
  /** Distillations that have succeeded, with curves. */
  done: string[];
  running: string;
  failed: string;
  evaluation: string;
  model: string;
  /** Told of something. */
  webhook: string;
  sweep: string;
}

const STEPS = 400;
const LOSSES = [
  { derivative: { kind: 'none' } },
  { derivative: { kind: 'vjp' } },
  { derivative: { kind: 'jvp', directions: 'frame-difference' } },
];

/** A sweep of which two jobs have been measured. */
async function swept({ api, spec }: Dashboard): Promise<string> {
  const parameters = { 'optimizer.learning_rate': { values: [1e-4, 3e-4, 1e-3] }, seed: { values: [1, 2] } };
  const { body } = await api.post('/v1/jobs', {
    kind: 'sweep',
    base: { ...spec, steps: STEPS },
    parameters,
    share_labels: false,
  });
  const id = String(body.id);
  const children = (await api.get(`/v1/jobs/${id}/children`)).body['data'] as { job_id: string }[];
  for (const [index, { job_id: jobId }] of children.slice(0, 2).entries()) {
    await api.storage.jobs.claim(jobId);
    const points = [{ name: 'kl', step: 100, value: 0.3 - 0.1 * index, at: new Date() }];
    await api.storage.jobs.recordProgress({ jobId, attempt: 1 }, { step: 100, points });
  }
  return id;
}

/** Fills the service through the storage that workers write to: the curves are formulas, the rows and answers real. */
export async function fillDashboard(dashboard: Dashboard): Promise<ShownJobs> {
  const done: string[] = [];
  for (const [index, loss] of LOSSES.entries()) {
    for (const seed of [1, 2]) done.push(await distilled(dashboard, { loss, seed, filters: 4 + 4 * index }));
  }
  const model = (await dashboard.api.storage.jobs.get(done[2] ?? ''))?.modelId ?? '';
  const evaluation = await evaluated(dashboard, model);
  const failed = await dashboard.runningJob({ steps: STEPS, loss: LOSSES[1], seed: 3, metadata: { study: 'first' } });
  for (let step = 20; step <= 140; step += 20) await failed.step(step, valuesAt(step, 1, 3));
  const error = { code: 'diverged', message: 'the derivative term is not finite at step 147' };
  await dashboard.api.storage.jobs.finish(failed.fence, { status: 'failed', error });
  const cancelled = await dashboard.runningJob({ steps: STEPS, seed: 4 });
  await dashboard.api.storage.jobs.finish(cancelled.fence, { status: 'cancelled' });
  const running = await dashboard.runningJob({ steps: STEPS, loss: LOSSES[1], seed: 5, metadata: { study: 'first' } });
  await tell(dashboard, running, { upTo: 260, kind: 1, seed: 5 });
  await dashboard.api.post('/v1/jobs', { ...dashboard.spec, steps: STEPS, seed: 6 });
  await dashboard.api.storage.workers.beat(WORKER, { jobId: running.id, draining: false });
  // An address, not a name: where tests run there may be nobody to ask for names.
  const told = await dashboard.api.post('/v1/webhooks', {
    url: 'https://93.184.216.34/distiller',
    events: ['job.succeeded', 'job.failed'],
  });
  const webhook = String(told.body['id']);
  await dashboard.api.post('/v1/keys', { name: 'nightly', scopes: ['jobs:write'] });
  await dashboard.api.post(`/v1/webhooks/${webhook}/ping`, {});
  const sweep = await swept(dashboard);
  return { done, running: running.id, failed: failed.id, evaluation, model, webhook, sweep };
}

const WORKER = {
  id: 'worker_01',
  host: 'trainer',
  pid: 4242,
  version: '0.1.0',
  engine: 'tensorflow',
  device: 'the CPU',
  gpu: false,
  gpuJobsOnly: false,
  memoryBytes: 24e9,
  kinds: ['distillation', 'evaluation'],
};

type Running = Awaited<ReturnType<Dashboard['runningJob']>>;

async function distilled(
  dashboard: Dashboard,
  { loss, seed, filters }: { loss: object; seed: number; filters: number },
): Promise<string> {
  const { layers } = dashboard.spec.student;
  const student = { layers: [{ ...layers[0], filters }, ...layers.slice(1)] };
  const job = await dashboard.runningJob({ steps: STEPS, loss, seed, student, metadata: { study: 'first' } });
  const kind = LOSSES.findIndex((one) => one === loss);
  await tell(dashboard, job, { upTo: STEPS, kind, seed });
  const { api } = dashboard;
  const metrics = heldOutAt(STEPS, kind, seed);
  const { body } = await api.get('/v1/teachers/pong-player');
  const files = await Promise.all(
    (['student', 'onnx', 'card.md'] as const).map(async (name) => {
      const filename = name === 'student' ? 'student.safetensors' : name === 'onnx' ? 'student.onnx' : name;
      return {
        name,
        filename,
        mediaType: 'application/octet-stream',
        ...(await api.artifacts.put(Buffer.from(name + job.id))),
      };
    }),
  );
  const model = {
    observation: body['observation'] as object,
    contractHash: String(body['contract_hash']),
    actions: body['actions'] as string[],
    layerTable: (await api.get(`/v1/jobs/${job.id}`)).body['student'],
    metrics,
    files,
  };
  const result = { ...metrics, seconds: 61, steps_per_second: 6.6 };
  await api.storage.jobs.finish(job.fence, { status: 'succeeded', result, made: { model } });
  return job.id;
}

async function tell(
  { api }: Dashboard,
  { fence }: Running,
  { upTo, kind, seed }: { upTo: number; kind: number; seed: number },
): Promise<void> {
  const begun = Date.now() - 150 * STEPS;
  const at = (step: number) => new Date(begun + 150 * step);
  const points = (step: number, values: object) =>
    Object.entries(values).map(([name, value]) => ({ name, step, value: value as number, at: at(step) }));
  for (let step = 20; step <= upTo; step += 20) {
    const rows = Array.from({ length: 20 }, (_, index) => step - 19 + index).flatMap((one) =>
      points(one, valuesAt(one, kind, seed)),
    );
    const told = heldOutAt(step, kind, seed);
    const evaluation = { type: 'evaluation', message: `Evaluated at step ${step}`, data: { step, ...told } };
    const checkpoint = { type: 'checkpoint', message: `Checkpoint at step ${step}`, data: { step, files: [] } };
    await api.storage.jobs.recordProgress(fence, {
      step,
      points: [...rows, ...points(step, told)],
      events: [evaluation, ...(step % 100 === 0 ? [checkpoint] : [])],
    });
  }
}

const noise = (step: number, seed: number) =>
  1 + 0.25 * Math.sin(step * 12.9898 + seed * 78.233) * Math.cos(step * 4.1);

function valuesAt(step: number, kind: number, seed: number) {
  const value_term = 0.9 * Math.exp(-step / 90) * noise(step, seed) + 0.02;
  const derivative_term = kind === 0 ? 0 : (1.4 * Math.exp(-step / 120) + 0.1) * noise(step + 7, seed);
  const loss = value_term + derivative_term;
  return { value_term, derivative_term, loss, gradient_norm: 2 * loss * noise(step, seed + 1), learning_rate: 0.001 };
}

function heldOutAt(step: number, kind: number, seed: number) {
  const floor = [0.42, 0.2, 0.24][kind] ?? 0.3;
  // Plain distillation overfits.
  const kl = floor * (1 + 0.03 * seed) + Math.exp(-step / 70) + (kind === 0 ? step / 2000 : 0);
  return { kl, action_error: 0.25 + 0.5 * kl, jacobian_error: 0.5 + [1, 0.2, 0.3][kind]! * kl };
}

async function evaluated({ api, browser }: Dashboard, model: string): Promise<string> {
  const spec = {
    kind: 'evaluation',
    teacher: 'pong-player',
    student: { model },
    rollouts: 'pong-player',
    episodes: 10,
  };
  const { body } = await api.post('/v1/jobs', spec);
  const id = String(body.id);
  await api.storage.jobs.claim(id);
  const report = Buffer.from(JSON.stringify(evaluationReport()));
  const picture = await saliencyPicture(browser);
  const file = async (name: string, mediaType: string, bytes: Buffer) => ({
    ...{ name, filename: name, mediaType },
    ...(await api.artifacts.put(bytes)),
  });
  const files = [
    await file('report.json', 'application/json', report),
    await file('saliency-action.png', 'image/png', picture),
  ];
  const result = { return_ratio: 0.93, return_ratio_sticky: 0.88, kl: 0.21, action_error: 0.31 };
  await api.storage.jobs.finish({ jobId: id, attempt: 1 }, { status: 'succeeded', result, made: { files } });
  return id;
}

const ACTIONS = ['NOOP', 'FIRE', 'RIGHT', 'LEFT'];

function evaluationReport() {
  const estimate = (value: number) => ({ value, low: 0.9 * value, high: 1.1 * value });
  const player = (mean: number) => ({
    ...{ mean: estimate(mean), median: estimate(mean * 1.02), iqm: estimate(mean * 0.99) },
    ...{ returns: [], steps: [], truncated: 0 },
  });
  const play = (sticky_action_probability: number, student: number) => ({
    ...{ sticky_action_probability, seeds: [], random: player(2), teacher: player(380), student: player(student) },
    ...{ return_ratio: estimate(student / 380), return_ratio_over_random: null },
  });
  const probabilities = (shift: number) => {
    const raw = ACTIONS.map((_, index) => Math.exp(Math.sin(index * 2.1 + shift) * 1.6));
    return raw.map((one) => one / raw.reduce((sum, other) => sum + other, 0));
  };
  return {
    ...{ kind: 'evaluation', game: 'breakout', actions: ACTIONS, episodes: 10, acting: 'sampled' },
    max_episode_frames: 108_000,
    play: [play(0, 353), play(0.25, 334)],
    held_out: {
      ...{ frames: 2000, kl: 0.21, action_error: 0.31, jacobian_frames: 200, jacobian_error: 0.61 },
      confusion: [
        [610, 22, 61, 80],
        [30, 90, 12, 18],
        [70, 8, 380, 42],
        [99, 15, 163, 300],
      ],
    },
    video: null,
    saliency: {
      source: 'rollouts',
      frames: [3, 250, 611, 902].map((frame, index) => ({
        ...{ frame, teacher: probabilities(index), student: probabilities(index + 0.25) },
      })),
    },
  };
}

/** Stands for what a worker draws. */
async function saliencyPicture(browser: Browser): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: 504, height: 168 } });
  const spots = [20, 45, 80].map((left) => {
    const look = `radial-gradient(circle at ${left}% 60%, #ffd24a, #b5367a 18%, #10061f 45%)`;
    return `<i style="flex:1;background:${look};border:1px solid #333"></i>`;
  });
  await page.setContent(`<body style="margin:0;display:flex;height:168px">${spots.join('')}</body>`);
  const picture = await page.screenshot();
  await page.close();
  return picture;
}
