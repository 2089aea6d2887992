// `node --expose-gc --import tsx test/bench/steady.ts`: whether a long run's memory stays what it is.
import { fileURLToPath } from 'node:url';
import { loadEngine } from '@distiller/compute';
import { buildNetwork } from '@distiller/policies';
import {
  type Batch,
  forward,
  initializeWeights,
  initialState,
  project,
  type StepOptions,
  trainStep,
} from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { layers } from './problem.ts';

/** What 2,000 Sobolev steps leave behind. */
export interface Steady {
  steps: number;
  /** Least and most live tensors between steps. */
  tensors: [number, number];
  /** Resident memory in MB after the first 500 steps and at the end. */
  resident_mb: [number, number];
}

const [STEPS, SETTLED, BATCH, ACTIONS] = [2000, 500, 50, 4];

/** The paper's student with one vjp, batch 50. */
async function measureSteady(): Promise<Steady> {
  const network = buildNetwork(layers('paper-student'));
  const options: StepOptions = {
    network,
    value: { kind: 'kl', temperature: 1 },
    weighting: { kind: 'relative', alpha: 1 },
    optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    schedule: { kind: 'constant', learningRate: 1e-4, warmupSteps: 0, finalFraction: 1, totalSteps: STEPS },
  };
  const batch = makeBatch(options);
  let state = initialState(options, initializeWeights(network, 1));
  const tensors: [number, number] = [Infinity, 0];
  let settled = 0;
  for (let step = 1; step <= STEPS; step++) {
    ({ state } = await trainStep(options, state, batch));
    const { numTensors } = tf.memory();
    tensors[0] = Math.min(tensors[0], numTensors);
    tensors[1] = Math.max(tensors[1], numTensors);
    if (step === SETTLED) settled = residentMb();
  }
  return { steps: STEPS, tensors, resident_mb: [settled, residentMb()] };
}

function makeBatch({ network }: StepOptions): Batch {
  const teacher = initializeWeights(network, 2);
  const x = tf.randomUniform([BATCH, ...network.inputShape], 0, 1, 'float32', 1);
  const v = tf.randomNormal<tf.Rank.R2>([BATCH, ACTIONS], 0, 1, 'float32', 2);
  const logProbs = tf.logSoftmax(tf.randomNormal<tf.Rank.R2>([BATCH, ACTIONS], 0, 1, 'float32', 3));
  return { x, logProbs, derivatives: [project(forward(network, teacher, x), v)] };
}

function residentMb(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return Math.round(process.memoryUsage.rss() / 1e6);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await loadEngine('tensorflow');
  process.stdout.write(`${JSON.stringify(await measureSteady())}\n`);
}
