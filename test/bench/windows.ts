// `node --import tsx test/bench/windows.ts [--frames N …] [--limit-mb N] [--steps N]`: the most memory that a distillation takes on
// recordings of different lengths, which are made here. Each runs in a process of its own.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { loadEngine } from '@distiller/compute';
import { Architecture, distill, openRollouts } from '@distiller/distillation';
import { contractHash, DistillationSpec, ObservationContract } from '@distiller/distillation/spec';
import { expectedWeights, layerTable, resolveLayers } from '@distiller/policies/description';
import { createRolloutsWriter } from '@distiller/rollouts';
import { randomStream } from '@distiller/sobolev';

const [SIZE, EPISODE, ACTIONS] = [84, 1000, ['NOOP', 'LEFT', 'RIGHT']] as const;
const contract = ObservationContract.parse({ game: 'pong' });
const teacher = Architecture.parse({
  layers: [
    { kind: 'conv', filters: 8, kernel: 8, stride: 8, padding: 'valid' },
    { kind: 'relu' },
    { kind: 'flatten' },
    { kind: 'dense', units: ACTIONS.length },
  ],
});

interface WindowsOptions {
  frames: number;
  limitMb: number;
  steps: number;
}

/** Peak of the resident set, in MiB, of a process that distils that many frames. */
export async function measurePeak({ frames, limitMb, steps }: WindowsOptions): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'windows-'));
  try {
    const path = join(directory, 'play.zarr.zip');
    await writePlay(path, frames);
    const child = [fileURLToPath(import.meta.url), '--run', path, '--limit-mb', `${limitMb}`, '--steps', `${steps}`];
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', ...child]);
    return Number(stdout.trim().split('\n').at(-1));
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Frames that pack well: a bar that moves. */
async function writePlay(path: string, count: number): Promise<void> {
  const writer = await createRolloutsWriter(path, {
    game: contract.game,
    actions: [...ACTIONS],
    observation: contract,
    contract_hash: contractHash(contract),
    teacher: null,
    acting: 'sampled',
    seed: 1,
    versions: {},
  });
  for (let start = 0; start < count; start += EPISODE) {
    const steps = Math.min(EPISODE, count - start);
    const frames = new Uint8Array(steps * SIZE * SIZE);
    for (let t = 0; t < steps; t++) {
      const row = t * SIZE + ((start + t) % SIZE);
      frames.fill(255, row * SIZE, (row + 1) * SIZE);
    }
    const [actions, rewards] = [new Uint8Array(steps), new Float32Array(steps)];
    await writer.appendEpisode({ frames, height: SIZE, width: SIZE, actions, rewards, terminated: true });
  }
  await writer.seal();
}

async function distilPlay(path: string, { limitMb, steps }: Omit<WindowsOptions, 'frames'>): Promise<void> {
  await loadEngine('wasm');
  const { rows } = layerTable(resolveLayers(teacher, ACTIONS.length), [SIZE, SIZE, contract.stack], ACTIONS.length);
  const weights = new Map(
    expectedWeights(rows).map(({ name, shape }, index) => {
      const random = randomStream(1, 'initialization', index);
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal() * 0.1);
      return [name, { dtype: 'F32' as const, shape, data }];
    }),
  );
  const spec = DistillationSpec.parse({
    kind: 'distillation',
    teacher: 'bar',
    rollouts: 'bar',
    student: teacher,
    train_fraction: 1,
    steps,
    evaluate_every: steps,
    evaluation_frames: 500,
    jacobian_frames: 20,
  });
  const inputs = {
    teacher: { observation: contract, actions: [...ACTIONS], architecture: teacher, weights },
    rollouts: await openRollouts(path),
  };
  for await (const event of distill(spec, inputs, { framesBytes: limitMb * 2 ** 20 })) void event;
  // In KiB.
  console.log(process.resourceUsage().maxRSS / 1024);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      frames: { type: 'string', multiple: true, default: ['10000', '1500000'] },
      'limit-mb': { type: 'string', default: '64' },
      steps: { type: 'string', default: '300' },
      run: { type: 'string' },
    },
  });
  const [limitMb, steps] = [Number(values['limit-mb']), Number(values.steps)];
  if (values.run) await distilPlay(values.run, { limitMb, steps });
  else {
    for (const frames of values.frames.map(Number)) {
      console.log(`${frames} frames: ${(await measurePeak({ frames, limitMb, steps })).toFixed(0)} MiB at most`);
    }
  }
}
