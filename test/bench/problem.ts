// What is measured: the same numbers for every implementation, in one safetensors file.
import { writeFileSync } from 'node:fs';
import {
  Architecture,
  type LayerRow,
  layerTable,
  type NamedTensor,
  resolveLayers,
  writeSafetensors,
} from '@distiller/policies';
import { randomStream, sphereDirections } from '@distiller/sobolev';

export const NETWORKS = ['paper-student', 'nature'] as const;
/** What the README's ratios are about comes first. */
export const BATCHES = [200, 50, 800] as const;
export const TERMS = ['plain', 'vjp', 'jvp', 'exact'] as const;
export type NetworkName = (typeof NETWORKS)[number];
export type Term = (typeof TERMS)[number];

/** One line of the table. */
export interface Problem {
  network: NetworkName;
  batch: number;
  term: Term;
}

/** Breakout's. */
const ACTIONS = 4;
const INPUT = [84, 84, 4];

export function layers(network: NetworkName): LayerRow[] {
  const description = resolveLayers(Architecture.parse({ preset: network }), ACTIONS);
  return layerTable(description, INPUT, ACTIONS).rows;
}

/** Directions in action space a step: none, one, or the whole basis. */
export function projections(term: Term): number {
  return { plain: 0, vjp: 1, jvp: 0, exact: ACTIONS }[term];
}

/** Floating-point operations that a step cannot do without: F forward, F1 its first layer's (whose input needs no gradient). */
export function floorFlops({ network, batch, term }: Problem): number {
  const rows = layers(network);
  const forward = rows.reduce((sum, { flops }) => sum + flops, 0);
  const first = rows[0]!.flops;
  const derivative = term === 'jvp' ? 3 * forward - first : projections(term) * 3 * forward;
  return batch * (3 * forward - first + derivative);
}

/**
 * Weights (PyTorch's layout), pixels, the teacher's log-probabilities; and of its derivatives, pull-backs [B, H, W, C] along
 * directions v with their squared norms, or what it answers to a direction u [B, H, W, C].
 */
export function writeProblem(problem: Problem, path: string): void {
  const { batch, term } = problem;
  const k = projections(term);
  const size = batch * INPUT[0]! * INPUT[1]! * INPUT[2]!;
  const image = [batch, ...INPUT];
  const noise = cheapNoise(1);
  const floats = (length: number, scale: number) => Float32Array.from({ length }, () => scale * (noise() - 0.5));
  const tensors = new Map<string, NamedTensor>(studentWeights(problem.network));
  const put = (name: string, shape: number[], data: Float32Array) => tensors.set(name, { dtype: 'F32', shape, data });
  tensors.set('pixels', { dtype: 'U8', shape: image, data: Uint8Array.from({ length: size }, () => 256 * noise()) });
  put('log_probs', [batch, ACTIONS], logProbabilities(batch, noise));
  const directions = k ? sphereDirections(randomStream(1, 'projection'), batch, ACTIONS, k) : [];
  for (const [index, v] of directions.entries()) {
    const pullBack = floats(size, 2e-3);
    put(`v${index}`, [batch, ACTIONS], v);
    put(`pull_back${index}`, image, pullBack);
    put(`squared_norms${index}`, [batch], squaredNorms(pullBack, batch));
  }
  if (term === 'jvp') {
    put('u', image, floats(size, 0.1));
    put('pushed', [batch, ACTIONS], floats(batch * ACTIONS, 1));
  }
  writeFileSync(path, writeSafetensors({ tensors, metadata: {} }));
}

/** Of each example: a label like the pull-back itself, computed once and not at every step. */
function squaredNorms(pullBack: Float32Array, batch: number): Float32Array {
  const size = pullBack.length / batch;
  return Float32Array.from({ length: batch }, (_, example) =>
    pullBack.subarray(example * size, (example + 1) * size).reduce((sum, value) => sum + value * value, 0),
  );
}

function studentWeights(network: NetworkName): [string, NamedTensor][] {
  const noise = cheapNoise(2);
  return layers(network).flatMap(({ name, spec, inputShape, outputShape }): [string, NamedTensor][] => {
    if (spec.kind !== 'conv' && spec.kind !== 'dense') return [];
    const [inputs, outputs] = [inputShape.at(-1)!, outputShape.at(-1)!];
    const shape = spec.kind === 'conv' ? [outputs, inputs, spec.kernel, spec.kernel] : [outputs, inputs];
    const fanIn = shape.slice(1).reduce((product, length) => product * length, 1);
    const bound = Math.sqrt(6 / fanIn);
    const random = (length: number) => Float32Array.from({ length }, () => bound * (2 * noise() - 1));
    return [
      [`student.${name}.weight`, { dtype: 'F32', shape, data: random(outputs * fanIn) }],
      [`student.${name}.bias`, { dtype: 'F32', shape: [outputs], data: random(outputs) }],
    ];
  });
}

function logProbabilities(batch: number, noise: () => number): Float32Array {
  const rows = Array.from({ length: batch }, () => {
    const logits = Array.from({ length: ACTIONS }, () => 4 * noise());
    const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    return logits.map((logit) => logit - total);
  });
  return Float32Array.from(rows.flat());
}

/** Uniform in [0, 1), by the hundred million (Marsaglia's xorshift32). */
function cheapNoise(seed: number): () => number {
  let state = 0x9e3779b9 ^ seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
