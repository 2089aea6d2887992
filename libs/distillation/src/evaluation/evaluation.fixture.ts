import { expectedWeights, layerTable, type NamedTensor, resolveLayers } from '@distiller/policies/description';
import { randomStream } from '@distiller/sobolev';
import { type RegisteredTeacher } from '../load-policy.ts';
import { EvaluationSpec, ObservationContract } from '../spec/index.ts';

const [SIZE, STACK] = [12, 2];
const ACTIONS = ['NOOP', 'FIRE', 'RIGHT', 'LEFT'];
const ARCHITECTURE = {
  layers: [
    { kind: 'conv' as const, filters: 4, kernel: 4, stride: 2, padding: 'valid' as const },
    { kind: 'relu' as const },
    { kind: 'flatten' as const },
    { kind: 'dense' as const, units: ACTIONS.length },
  ],
};

/** A network that plays Breakout without having learnt it, and loses after some thirty steps. */
export function untrained(seed: number): RegisteredTeacher {
  const observation = ObservationContract.parse({
    game: 'breakout',
    frame_skip: 30,
    height: SIZE,
    width: SIZE,
    stack: STACK,
  });
  const { rows } = layerTable(resolveLayers(ARCHITECTURE, ACTIONS.length), [SIZE, SIZE, STACK], ACTIONS.length);
  const weights = new Map(
    expectedWeights(rows).map(({ name, shape }, index) => {
      const random = randomStream(seed, 'initialization', index);
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal() * 0.2);
      return [name, { dtype: 'F32', shape, data } satisfies NamedTensor];
    }),
  );
  return { observation, actions: ACTIONS, architecture: ARCHITECTURE, weights };
}

/** An evaluation of seconds; `overrides` are fields as a client writes them. */
export function quickSpec(overrides: Record<string, unknown> = {}): EvaluationSpec {
  return EvaluationSpec.parse({
    kind: 'evaluation',
    teacher: 'teacher',
    student: { model: 'student' },
    episodes: 3,
    max_episode_frames: 1200,
    sticky_actions: 'off',
    video: false,
    saliency_frames: 0,
    ...overrides,
  });
}
