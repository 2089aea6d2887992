// Our contender of the benchmark, a process of its own: `ours.ts ENGINE`. It speaks as peers.py does, one JSON
// line for each JSON line: load, gradients, step, peak.
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { ENGINES, loadEngine } from '@distiller/compute';
import {
  buildNetwork,
  type LayerRow,
  loadWeights,
  type NamedTensor,
  readSafetensors,
  saveWeights,
  writeSafetensors,
} from '@distiller/policies';
import {
  type Batch,
  initialState,
  lossGradients,
  type Optimizer,
  stateTensors,
  type StepOptions,
  trainStep,
  type TrainState,
} from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { layers, type NetworkName } from './problem.ts';

interface Load {
  op: 'load';
  network: NetworkName;
  path: string;
  projections: number;
}
type Request = Load | { op: 'gradients'; path: string } | { op: 'step' } | { op: 'peak' };

interface Loaded {
  rows: LayerRow[];
  options: StepOptions;
  batch: Batch;
  state: TrainState;
}

const ADAM: Optimizer = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

let loaded: Loaded | undefined;

await loadEngine(ENGINES.find((engine) => engine === process.argv[2]) ?? 'tensorflow');
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line) as Request))}\n`);
}

async function answer(request: Request): Promise<object> {
  switch (request.op) {
    case 'load':
      if (loaded) dispose(loaded);
      loaded = await load(request);
      forgetPeak();
      return {};
    case 'gradients':
      await writeGradients(loaded!, request.path);
      return {};
    case 'step':
      return step(loaded!);
    case 'peak':
      return { peak_mb: peakMb() };
  }
}

async function load({ network: name, path, projections }: Load): Promise<Loaded> {
  const rows = layers(name);
  const network = buildNetwork(rows, 4);
  const { tensors } = readSafetensors(readFileSync(path));
  const tensor = (key: string) => tf.tensor(Float32Array.from(tensors.get(key)!.data), tensors.get(key)!.shape);
  const weights = new Map(
    [...tensors].filter(([key]) => key.startsWith('student.')).map(([key, w]) => [key.slice(8), w]),
  );
  const batch = tf.tidy(() => ({
    x: blocked(tf.div(tensor('pixels'), 255)),
    logProbs: tensor('log_probs') as tf.Tensor2D,
    projections: Array.from({ length: projections }, (_, index) => ({
      v: tensor(`v${index}`) as tf.Tensor2D,
      pullBack: blocked(tensor(`pull_back${index}`)),
    })),
  }));
  await batch.logProbs.data();
  const options: StepOptions = {
    network,
    temperature: 1,
    weighting: { kind: 'relative', alpha: 1 },
    optimizer: ADAM,
    schedule: { kind: 'constant', learningRate: 1e-3, warmupSteps: 0, finalFraction: 1, totalSteps: 1e6 },
  };
  return { rows, options, batch, state: initialState(ADAM, loadWeights(rows, network, weights)) };
}

/** [B, 84, 84, 4] → [B, 21, 21, 64], as batches come in the product. */
function blocked(images: tf.Tensor): tf.Tensor {
  const split = tf.reshape(images, [-1, 4, 21, 16]);
  return tf.reshape(tf.transpose(split, [0, 2, 1, 3]), [-1, 21, 21, 64]);
}

function dispose({ state, batch: { x, logProbs, projections } }: Loaded): void {
  tf.dispose([...stateTensors(state), x, logProbs, ...projections.flatMap(({ v, pullBack }) => [v, pullBack])]);
}

async function step(it: Loaded): Promise<object> {
  const start = performance.now();
  const { state, terms } = await trainStep(it.options, it.state, it.batch);
  const ms = performance.now() - start;
  it.state = state;
  return { ms, loss: terms.loss };
}

async function writeGradients({ rows, options, state, batch }: Loaded, path: string): Promise<void> {
  const gradients = tf.tidy(() => lossGradients(options, state, batch).gradients);
  const tensors: Map<string, NamedTensor> = await saveWeights(rows, gradients);
  tf.dispose(gradients);
  writeFileSync(path, writeSafetensors({ tensors, metadata: {} }));
}

function peakMb(): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024;
}

/** From now on the peak is that of the steps, not of loading. */
function forgetPeak(): void {
  (globalThis as { gc?: () => void }).gc?.();
  writeFileSync('/proc/self/clear_refs', '5');
}
