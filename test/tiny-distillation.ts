import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DistillInputs, openRollouts } from '@distiller/distillation';
import { contractHash, DistillationSpec, ObservationContract } from '@distiller/distillation/spec';
import { expectedWeights, layerTable, type NamedTensor, resolveLayers } from '@distiller/policies/description';
import { createRolloutsWriter } from '@distiller/rollouts';
import { randomStream } from '@distiller/sobolev';

const [SIZE, STACK, EPISODES, STEPS] = [12, 2, 6, 40];

export const ACTIONS = ['NOOP', 'LEFT', 'RIGHT'];

export const tinyContract = ObservationContract.parse({ game: 'pong', height: SIZE, width: SIZE, stack: STACK });

export const tinyTeacher = {
  layers: [
    { kind: 'conv' as const, filters: 4, kernel: 4, stride: 2, padding: 'valid' as const },
    { kind: 'relu' as const },
    { kind: 'flatten' as const },
    { kind: 'dense' as const, units: 16 },
    { kind: 'relu' as const },
    { kind: 'dense' as const, units: ACTIONS.length },
  ],
};

const tinyStudent = {
  layers: [
    { kind: 'conv' as const, filters: 3, kernel: 4, stride: 4, padding: 'valid' as const },
    { kind: 'relu' as const },
    { kind: 'flatten' as const },
    { kind: 'dense' as const, units: ACTIONS.length },
  ],
};

/** A job that trains in well under a second; `overrides` are fields as a client writes them. */
export function tinySpec(overrides: Record<string, unknown> = {}): DistillationSpec {
  return DistillationSpec.parse({
    kind: 'distillation',
    teacher: 'tiny',
    rollouts: 'tiny',
    student: tinyStudent,
    // So few steps would do without derivatives, were it left to the service.
    loss: { derivative: { kind: 'vjp', weight: { kind: 'relative' } } },
    batch_size: 8,
    steps: 12,
    train_fraction: 1,
    evaluate_every: 5,
    evaluation_frames: 20,
    jacobian_frames: 6,
    ...overrides,
  });
}

/** A random teacher's weights as they stand on disk, large enough that its policy is not uniform. */
export function tinyWeights(): Map<string, NamedTensor> {
  const { rows } = layerTable(resolveLayers(tinyTeacher, ACTIONS.length), [SIZE, SIZE, STACK], ACTIONS.length);
  return new Map(
    expectedWeights(rows).map(({ name, shape }, index) => {
      const random = randomStream(77, 'initialization', index);
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal() * 0.4);
      return [name, { dtype: 'F32' as const, shape, data }];
    }),
  );
}

/** Writes a rollouts file in which a bright square moves about. */
export async function writeTinyRollouts(path: string, observation = tinyContract, episodes = EPISODES): Promise<void> {
  const writer = await createRolloutsWriter(path, {
    game: observation.game,
    actions: ACTIONS,
    observation,
    contract_hash: contractHash(observation),
    teacher: null,
    acting: 'sampled',
    seed: 1,
    versions: {},
  });
  const random = randomStream(5, 'batch');
  for (let episode = 0; episode < episodes; episode++) {
    const frames = new Uint8Array(STEPS * SIZE * SIZE);
    for (let t = 0; t < STEPS; t++) {
      const [x, y] = [random.below(SIZE - 3), random.below(SIZE - 3)];
      for (let dy = 0; dy < 3; dy++)
        frames.fill(255, (t * SIZE + y + dy) * SIZE + x, (t * SIZE + y + dy) * SIZE + x + 3);
    }
    const [actions, rewards] = [new Uint8Array(STEPS), new Float32Array(STEPS)];
    await writer.appendEpisode({ frames, height: SIZE, width: SIZE, actions, rewards, terminated: true });
  }
  await writer.seal();
}

/** Teacher and rollouts of the tiny job, in memory and in a temporary file. */
export async function tinyInputs(episodes = EPISODES): Promise<DistillInputs> {
  const path = join(await mkdtemp(join(tmpdir(), 'tiny-')), 'tiny.zarr.zip');
  await writeTinyRollouts(path, tinyContract, episodes);
  return {
    teacher: { observation: tinyContract, actions: ACTIONS, architecture: tinyTeacher, weights: tinyWeights() },
    rollouts: await openRollouts(path),
  };
}
