import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Api, registerBoth, startApi, tinyRollouts } from '../../../test/api.ts';
import { waitUntil } from '../../../test/processes.ts';
import { run } from './program.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const FORMATS = join(ROOT, 'test', 'reference', 'formats');
const MAIN = join(import.meta.dirname, 'main.ts');

let api: Api;
let url: string;
let folder: string;
let small: string;

beforeAll(async () => {
  api = await startApi();
  url = await api.app.listen({ port: 0 });
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
  process.chdir(folder);
  vi.stubEnv('XDG_CONFIG_HOME', folder);
  small = join(folder, 'small.json');
  // The size of the frames that the reference files were made for.
  await writeFile(small, JSON.stringify({ height: 44, width: 52 }));
  await registerBoth(api, 'breakout');
});

afterAll(async () => {
  process.chdir(ROOT);
  vi.unstubAllEnvs();
  await api.close();
  await rm(folder, { recursive: true });
});

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

interface Asked {
  stdin?: string;
  service?: string;
}

/** The program in this process, which is what a process does but for its start, signals and streams. */
async function distill(args: string[], { stdin = '', service = url }: Asked = {}): Promise<Ended> {
  const [stdout, stderr] = [capture(process.stdout), capture(process.stderr)];
  vi.stubEnv('DISTILLER_URL', service);
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from([stdin]) as typeof process.stdin);
  try {
    return { code: await run(args), stdout: stdout(), stderr: stderr() };
  } finally {
    vi.restoreAllMocks();
  }
}

function capture(stream: NodeJS.WriteStream): () => string {
  let written = '';
  vi.spyOn(stream, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
  return () => written;
}

/** The real process. */
function distillApart(args: string[], { stdin = '', interruptAt = '', byNpm = false } = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const command = ['--import', import.meta.resolve('tsx'), MAIN, ...args];
    const npm = byNpm && { INIT_CWD: folder, npm_lifecycle_event: 'distill' };
    const env = { ...process.env, DISTILLER_URL: url, ...npm };
    const child = execFile(process.execPath, command, { cwd: byNpm ? ROOT : folder, env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? NaN) : 0, stdout, stderr });
    });
    child.stdin?.end(stdin);
    child.stderr?.on('data', (text: string) => interruptAt && text.includes(interruptAt) && child.kill('SIGINT'));
  });
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Waits until a command has submitted a job, and claims it as a worker would. */
async function claimNext(known: string[]): Promise<{ jobId: string; attempt: number }> {
  let jobId = '';
  await waitUntil(async () => {
    const { body } = await api.get('/v1/jobs?status=queued');
    jobId = (body.data ?? []).map(({ id }) => String(id)).find((id) => !known.includes(id)) ?? '';
    return jobId !== '';
  }, 'a submitted job');
  await api.storage.jobs.claim(jobId);
  return { jobId, attempt: 1 };
}

async function queued(): Promise<string[]> {
  return ((await api.get('/v1/jobs?status=queued')).body.data ?? []).map(({ id }) => String(id));
}

test("a file of Stable-Baselines3 becomes a teacher under its wrappers' contract, and is shown with its logits", async () => {
  const file = join(FORMATS, 'sb3-ppo.zip');
  const args = ['--name', 'sb3', '--format', 'stable-baselines3', '--game', 'breakout', '--like', 'sb3'];
  const { code, stdout, stderr } = await distill(['teachers', 'import', file, ...args, '--contract', small]);
  expect([code, stderr]).toEqual([0, expect.stringContaining('actions: NOOP,FIRE,RIGHT,LEFT')]);
  const { body } = await api.get('/v1/teachers/sb3');
  expect(body).toMatchObject({
    observation: {
      height: 44,
      width: 52,
      max_pool_of: 'rgb',
      grey: 'bt601',
      stack_padding: 'zero',
      life_loss: 'fire',
      scale: '1/255',
    },
    source: { format: 'stable-baselines3', sha256: sha256(await readFile(file)) },
  });
  const { logits, remarks } = body['verification'] as { logits: number[][]; remarks: string[] };
  expect(stdout).toContain(logits[0]!.map((logit) => logit.toPrecision(6)).join('  '));
  for (const remark of remarks) expect(stdout).toContain(remark);
  expect(stdout).toContain('conv1');
});

test("CleanRL's weights carry a temperature, a measured return and the contract with repeated frames", async () => {
  const args = ['--name', 'cleanrl', '--format', 'pytorch', '--game', 'breakout', '--like', 'cleanrl'];
  const more = ['--contract', small, '--return', '30,2,10,greedy', '--temperature', '0.5', '--json'];
  const { code, stdout } = await distill(['teachers', 'import', join(FORMATS, 'cleanrl-ppo.pt'), ...args, ...more]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    name: 'cleanrl',
    observation: { stack_padding: 'repeat', scale: '1/255' },
    return: { mean: 30, std: 2, episodes: 10, acting: 'greedy' },
  });
});

test('a refusal is one line of code and detail, then the field; the exit code is 1 and stdout is empty', async () => {
  const args = ['--name', 'bad', '--format', 'stable-baselines3', '--game', 'breakout', '--like', 'sb3'];
  const { code, stdout, stderr } = await distill(['teachers', 'import', join(FORMATS, 'cleanrl-ppo.pt'), ...args]);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^weights_invalid: .+$/m);
  expect(stderr).toMatch(/^\/weights.*: .+$/m);
});

test.each([
  ['an option that is missing', ['teachers', 'import', 'x.zip', '--name', 'x']],
  ['a format that is none', ['rollouts', 'import', 'x', '--name', 'x', '--format', 'csv']],
  ['a file that is not there', ['jobs', 'submit', 'nowhere.json']],
  ['a distillation on nothing', ['run', '--teacher', 'breakout']],
  ['a command that is none', ['teach']],
])('%s ends with exit code 2, and nothing on stdout', async (_, args) => {
  const { code, stdout, stderr } = await distill(args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('error:');
});

test('a game whose actions are not known is asked for them, with examples', async () => {
  const args = ['--name', 'x', '--format', 'onnx', '--game', 'seaquest', '--like', 'gymnasium'];
  const { code, stderr } = await distill(['teachers', 'import', join(FORMATS, 'sb3-ppo.zip'), ...args]);
  expect(code).toBe(2);
  expect(stderr).toContain('pong: NOOP,FIRE,RIGHT,LEFT,RIGHTFIRE,LEFTFIRE');
});

test('a service that is away is said to be away', async () => {
  const { code, stderr } = await distill(['teachers', 'list'], { service: 'http://127.0.0.1:9' });
  expect([code, stderr]).toEqual([1, expect.stringContaining('npm start')]);
});

test('a job is submitted from stdin, listed, held, queued again, cancelled and retried', async () => {
  const spec = JSON.stringify({ kind: 'recording', name: 'play', teacher: 'breakout', frames: 10 });
  const submitted = await distill(['jobs', 'submit', '-', '--json'], { stdin: spec });
  const { id } = JSON.parse(submitted.stdout) as { id: string };
  const listed = await distill(['jobs', 'list', '--status', 'queued']);
  expect(listed.stdout).toMatch(new RegExp(`^${id} +recording +queued`, 'm'));
  expect((await distill(['jobs', 'pause', id])).stdout).toContain(`${id} recording paused`);
  expect((await distill(['jobs', 'resume', id])).stdout).toContain(`${id} recording queued`);
  const cancelled = await distill(['jobs', 'cancel', id, '--now']);
  expect([cancelled.code, cancelled.stdout]).toEqual([0, expect.stringContaining(`${id} recording cancelled`)]);
  const watched = await distill(['jobs', 'watch', id]);
  expect([watched.code, watched.stderr]).toEqual([1, expect.stringContaining('cancelled')]);
  const retried = JSON.parse((await distill(['jobs', 'retry', id, '--json'])).stdout) as { retry_of: string };
  expect(retried.retry_of).toBe(id);
});

test('a job is submitted from YAML, and a slip in it is refused with its place and what was likely meant', async () => {
  await writeFile(
    join(folder, 'job.yaml'),
    'kind: recording # of play\nname: by-yaml\nteacher: breakout\nframes: 10\n',
  );
  expect(await distill(['submit', '-f', 'job.yaml'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('recording queued') as string,
  });
  const stdin =
    'kind: distillation\nteacher: breakout\nrollouts: pong\nloss: { derivative: { kind: vjp, projection: 2 } }\nstepz: 3';
  expect(await distill(['submit', '-'], { stdin })).toEqual({
    code: 1,
    stdout: '',
    stderr: [
      "invalid_request: /loss/derivative/projection: unknown field 'projection'; did you mean 'projections'?",
      "/loss/derivative/projection: unknown field 'projection'; did you mean 'projections'?",
      "/stepz: unknown field 'stepz'; did you mean 'steps'?",
      '',
    ].join('\n'),
  });
  expect(await distill(['submit'])).toMatchObject({ code: 2, stderr: 'error: a file is needed: submit -f job.yaml\n' });
});

test('what a job may say is explained from the service’s own document', async () => {
  const kinds = await distill(['explain']);
  expect(kinds.stdout.split('\n')).toEqual(expect.arrayContaining(['distillation', 'recording', 'sweep']));
  const { stdout } = await distill(['explain', 'distillation.loss.augmentation']);
  expect(stdout).toBe(`distillation.loss.augmentation: list of noise | mixup | shift
done in this order to the frames that teacher and student see

kind: noise (Gaussian noise on every pixel)
FIELD  TYPE                 DEFAULT  MEANING
std    number above 0 to 1  0.01     in units of pixels in [0, 1]; a few times as much destroys students

kind: mixup (λ frame + (1 − λ) another frame of the batch, λ ~ Beta(alpha, alpha))
FIELD  TYPE                   DEFAULT  MEANING
alpha  number above 0 to 100  0.2

kind: shift (all frames of an observation moved together, their edges repeated)
FIELD   TYPE                  DEFAULT  MEANING
pixels  integer from 1 to 32  4        furthest move each way
`);
  expect(await distill(['explain', 'distillation.loss.augmentations'])).toMatchObject({
    code: 2,
    stderr:
      "error: there is no 'augmentations' in distillation.loss.augmentations; there are value, derivative, augmentation\n",
  });
});

test('under npm, which goes to the root of the clone, paths are those of the folder where it was called', async () => {
  await writeFile(join(folder, 'spec.json'), JSON.stringify({ kind: 'recording', name: 'here', teacher: 'nobody' }));
  const { code, stderr } = await distillApart(['jobs', 'submit', 'spec.json'], { byNpm: true });
  expect([code, stderr]).toEqual([1, expect.stringContaining('/teacher: ')]);
});

test('Ctrl-C ends the watch and not the job', async () => {
  const spec = JSON.stringify({ kind: 'recording', name: 'left', teacher: 'breakout', frames: 10 });
  const { code, stderr } = await distillApart(['jobs', 'submit', '-', '--watch'], {
    stdin: spec,
    interruptAt: 'queued',
  });
  const [, id = ''] = /distill jobs watch (job_\w+)/.exec(stderr) ?? [];
  expect([code, (await api.get(`/v1/jobs/${id}`)).body['status']]).toEqual([130, 'queued']);
});

test('our own rollouts are registered at once, others become an import under the contract', async () => {
  await writeFile(join(folder, 'play.zarr.zip'), await tinyRollouts());
  const own = await distill(['rollouts', 'import', 'play.zarr.zip', '--name', 'own', '--format', 'zarr']);
  expect([own.code, own.stdout]).toEqual([0, expect.stringContaining('15 frames in 3 episodes')]);
  const npz = join(FORMATS, 'rollouts', 'frames.npz');
  const args = ['--name', 'npz', '--format', 'npz', '--game', 'breakout', '--like', 'dopamine', '--json'];
  const { stdout } = await distill(['rollouts', 'import', npz, ...args]);
  expect(JSON.parse(stdout)).toMatchObject({
    kind: 'import',
    spec: { format: 'npz', observation: { sticky_action_probability: 0.25, noop_max: 0, fire_reset: false } },
  });
});

test('a run that is watched ends with the model, whose file is pulled by the id of the job', async () => {
  const known = await queued();
  const ends = distill([
    'run',
    '--teacher',
    'breakout',
    '--rollouts',
    'breakout',
    '--student',
    'mlp',
    '--loss',
    'kl',
    '--steps',
    '7',
    '--watch',
  ]);
  const fence = await claimNext(known);
  const { body } = await api.get(`/v1/jobs/${fence.jobId}`);
  expect(body['spec']).toMatchObject({ steps: 7, loss: { derivative: { kind: 'none' } } });
  const bytes = Buffer.from('an onnx file');
  const { body: teacher } = await api.get('/v1/teachers/breakout');
  const stored = await api.artifacts.put(bytes);
  await api.storage.jobs.finish(fence, {
    status: 'succeeded',
    result: { kl: 0.25 },
    made: {
      model: {
        observation: teacher['observation'] as object,
        contractHash: String(teacher['contract_hash']),
        actions: teacher['actions'] as string[],
        layerTable: body['student'] as object,
        metrics: {},
        files: [{ name: 'onnx', filename: 'student.onnx', mediaType: 'application/octet-stream', ...stored }],
      },
      files: [{ name: 'report', filename: 'report.json', mediaType: 'application/json', ...stored }],
    },
  });
  const { code, stdout } = await ends;
  expect([code, stdout]).toEqual([0, expect.stringContaining('kl 0.25')]);
  const pulled = await distill(['models', 'pull', fence.jobId, '--as', 'onnx']);
  expect([pulled.code, pulled.stdout]).toEqual([0, expect.stringContaining(stored.sha256)]);
  expect(await readFile(join(folder, 'student.onnx'))).toEqual(bytes);
  expect((await distill(['models', 'pull', fence.jobId, '--as', 'tfjs'])).code).toBe(1);
  expect((await distill(['jobs', 'files', fence.jobId])).stdout).toMatch(/^report +application\/json/m);
  await distill(['jobs', 'pull', fence.jobId, 'report', '--out', 'own.json']);
  expect(await readFile(join(folder, 'own.json'))).toEqual(bytes);
});

test('a student is exported, and what a broken pull has left is gone on with', async () => {
  const [job] = (await api.get('/v1/jobs?status=succeeded')).body.data ?? [];
  const id = String(job?.['id']);
  await writeFile(join(folder, 'mine.onnx.part'), 'an onnx');
  const { code, stderr } = await distill(['export', id, '--as', 'onnx', '--out', 'mine.onnx']);
  expect([code, stderr]).toEqual([0, expect.stringContaining('going on after 7 bytes')]);
  expect(await readFile(join(folder, 'mine.onnx'), 'utf8')).toBe('an onnx file');
  await expect(readFile(join(folder, 'mine.onnx.part'))).rejects.toThrow('ENOENT');
  expect((await distill(['export', id])).code).toBe(2);
});

test('a model is named, given an alias, listed, pulled by it, traced to what it is made of, and deleted', async () => {
  const [job] = (await api.get('/v1/jobs?status=succeeded')).body.data ?? [];
  const [id, made] = [String(job?.['model']), String(job?.['id'])];
  expect((await distill(['models', 'name', id, 'pong-small'])).stdout).toContain(
    `pong-small@1 (${id})\nof job ${made}`,
  );
  expect((await distill(['models', 'alias', 'pong-small@1', 'production'])).stdout).toContain('aliases production');
  const listed = await distill(['models', 'list', '--name', 'pong-small']);
  expect(listed.stdout).toMatch(new RegExp(`^${id} +pong-small@1 +production +breakout`, 'm'));
  const pulled = await distill(['models', 'pull', 'pong-small@production', '--as', 'onnx', '--out', 'aliased.onnx']);
  expect([pulled.code, await readFile(join(folder, 'aliased.onnx'), 'utf8')]).toEqual([0, 'an onnx file']);
  const { stdout: lineage } = await distill(['models', 'lineage', 'pong-small@latest']);
  expect(lineage).toMatch(new RegExp(`^model +${id} .*made ${made}`, 'm'));
  expect(lineage).toMatch(/^teacher +teacher_\S+ +breakout/m);
  expect(await distill(['models', 'delete', 'pong-small@1'])).toMatchObject({ code: 1, stdout: '' });
  expect(await distill(['models', 'alias', id, 'production', '--remove'])).toMatchObject({ code: 0, stdout: '' });
  expect((await distill(['models', 'delete', id])).stderr).toBe(`deleted pong-small@1 (${id})\n`);
  expect((await distill(['models', 'show', id])).code).toBe(1);
});

test('jobs are compared by what differs', async () => {
  const ids = await Promise.all(
    [1, 2].map(async (seed) => {
      const spec = { kind: 'recording', name: `seed-${seed}`, teacher: 'breakout', frames: 10, seed };
      return String((await api.post('/v1/jobs', spec)).body['id']);
    }),
  );
  const { code, stdout } = await distill(['compare', ...ids]);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^seed +1 +2$/m)]);
  expect(stdout).not.toMatch(/^frames/m);
  expect((await distill(['compare', ids[0]!])).code).toBe(2);
});

test('play is recorded and labelled without a file of JSON', async () => {
  const recorded = await distill(['record', '--teacher', 'breakout', '--name', 'short', '--frames', '50', '--json']);
  expect(JSON.parse(recorded.stdout)).toMatchObject({ kind: 'recording', spec: { name: 'short', frames: 50 } });
  const args = ['--teacher', 'breakout', '--rollouts', 'breakout', '--projections', 'vjp', '--count', '2', '--json'];
  const labelled = await distill(['label', ...args]);
  expect(JSON.parse(labelled.stdout)).toMatchObject({
    kind: 'labelling',
    spec: { projections: { kind: 'vjp', count: 2 } },
  });
});

test('a key is read from stdin, shown nowhere, kept for this service and forgotten again', async () => {
  const { code, stdout, stderr } = await distill(['login'], { stdin: 'a-secret\n' });
  expect([code, stdout]).toEqual([0, '']);
  expect(stderr).not.toContain('a-secret');
  const path = join(folder, 'sobolev-distiller', 'credentials.json');
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ keys: { [url]: 'a-secret' } });
  expect((await distill(['whoami'])).stdout).toContain('no key is needed here');
  await distill(['logout']);
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ keys: {} });
});

test('a thing is opened in the dashboard by its id', async () => {
  expect((await distill(['open', 'job_1', '--print'])).stdout).toBe(`${url}/jobs/job_1\n`);
  expect((await distill(['open', 'labels_1', '--print'])).code).toBe(2);
});

test('the doctor finds that no worker is there, and says how to get one', async () => {
  const { code, stdout } = await distill(['doctor']);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^ok +Postgres/m);
  expect(stdout).toMatch(/^failed +workers.*\n +→ npm start/m);
  const away = await distill(['doctor'], { service: 'http://127.0.0.1:9' });
  expect([away.code, away.stdout]).toEqual([1, expect.stringMatching(/^failed +service/m)]);
});

test('shells complete commands and options from the program itself', async () => {
  expect((await distillApart(['completion', 'bash'])).stdout).toContain('distill');
  expect((await distillApart(['complete', '--', 'jobs', 'wa'])).stdout).toContain('watch');
});

/** A teacher that is stated to score 30 ± 2 is checked, and plays one episode of this return. */
async function checkWith(episode: number): Promise<Ended> {
  const known = await queued();
  const ends = distill(['teachers', 'check', 'cleanrl']);
  const fence = await claimNext(known);
  const job = (await api.get(`/v1/jobs/${fence.jobId}`)).body;
  const { body: teacher } = await api.get('/v1/teachers/cleanrl');
  const spec = job['spec'] as { name: string };
  expect(spec).toMatchObject({ kind: 'recording', frames: 1, games: 1, acting: { kind: 'greedy' } });
  await api.storage.jobs.finish(fence, {
    status: 'succeeded',
    made: {
      rollouts: {
        name: spec.name,
        contractHash: String(teacher['contract_hash']),
        observation: teacher['observation'] as object,
        actions: teacher['actions'] as string[],
        frames: 500,
        episodes: 1,
        meanReturn: episode,
        file: await api.artifacts.put(Buffer.from(`episode of ${episode}`)),
        source: {},
      },
    },
  });
  return ends;
}

test('a teacher whose episode is near the stated return passes its check', async () => {
  const { code, stdout } = await checkWith(25);
  expect([code, stdout]).toEqual([0, expect.stringContaining('measured 30 ± 2: 2.5 std away')]);
});

test('one whose episode is more than three standard deviations away fails it, and the contract is doubted', async () => {
  const { code, stdout, stderr } = await checkWith(2);
  expect([code, stdout]).toEqual([1, expect.stringContaining('cleanrl scores 2')]);
  expect(stderr).toContain('does the contract say what the teacher was trained under?');
});

const SWEEP = `
base:
  teacher: breakout
  rollouts: breakout
  student:
    layers: [{ kind: conv, filters: 2, kernel: 4, stride: 4 }, { kind: relu }, { kind: flatten }, { kind: dense, units: 4 }]
parameters:
  optimizer.learning_rate: { values: [0.01, 0.001] }
  seed: { values: [1, 2] }
share_labels: false
`;

test('a sweep is read from YAML, tried dry, submitted, and shown with a line for each child', async () => {
  await writeFile(join(folder, 'sweep.yaml'), SWEEP);
  const dry = await distill(['sweep', '-f', 'sweep.yaml', '--dry-run']);
  expect([dry.code, dry.stdout.split('\n')[0]]).toEqual([0, '4 children, 12000 steps in all']);
  const submitted = await distill(['sweep', '-f', '-', '--json'], { stdin: SWEEP });
  const { id } = JSON.parse(submitted.stdout) as { id: string };
  const child = (await api.storage.sweeps.children(id))[2]!.jobId;
  await api.storage.jobs.claim(child);
  await api.storage.jobs.finish({ jobId: child, attempt: 1 }, { status: 'succeeded', result: { kl: 0.125 } });
  await api.storage.sweeps.advance(id);
  for (const command of [
    ['sweep', 'show', id],
    ['jobs', 'show', id],
  ]) {
    const { code, stdout } = await distill(command);
    expect(code).toBe(0);
    expect(stdout).toContain('4 children: 3 queued, 1 succeeded');
    expect(stdout).toContain(`best kl 0.125: ${child} seed=1 optimizer.learning_rate=0.001`);
    expect(stdout).toMatch(/^ +seed +optimizer\.learning_rate +status +done +kl +job +model$/m);
    expect(stdout).toMatch(new RegExp(`^2 +1 +0\\.001 +succeeded +0/3000 +0\\.125 +${child} +–$`, 'm'));
  }
  expect((await distill(['jobs', 'cancel', id])).stdout).toContain(`${id} sweep cancelled`);
});

test('a sweep that cannot be is refused with its parameter and its field; no file is wrong usage', async () => {
  await writeFile(join(folder, 'wrong.yaml'), SWEEP.replace('seed:', 'steps:').replace('[1, 2]', '[0]'));
  const { code, stderr } = await distill(['sweep', '-f', 'wrong.yaml']);
  expect([code, stderr]).toEqual([1, expect.stringContaining('/parameters/steps: with 0, /steps:')]);
  await writeFile(join(folder, 'broken.yaml'), 'base: [');
  const broken = await distill(['sweep', '-f', 'broken.yaml']);
  expect([broken.code, broken.stderr]).toEqual([2, expect.stringContaining('broken.yaml is no YAML')]);
  expect((await distill(['sweep'])).code).toBe(2);
});
