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
  tidy,
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
  jvp: boolean;
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

async function load({ network: name, path, projections, jvp }: Load): Promise<Loaded> {
  const rows = layers(name);
  const network = buildNetwork(rows);
  const { tensors } = readSafetensors(readFileSync(path));
  const tensor = (key: string) => tf.tensor(Float32Array.from(tensors.get(key)!.data), tensors.get(key)!.shape);
  const weights = new Map(
    [...tensors].filter(([key]) => key.startsWith('student.')).map(([key, w]) => [key.slice(8), w]),
  );
  const batch = tidy((): Batch => {
    const along = Array.from({ length: projections }, (_, index) => ({
      v: tensor(`v${index}`) as tf.Tensor2D,
      pullBack: tensor(`pull_back${index}`),
      squaredNorms: tensor(`squared_norms${index}`) as tf.Tensor1D,
    }));
    const derivatives = jvp ? [{ u: tensor('u'), pushed: tensor('pushed') as tf.Tensor2D }] : along;
    return { x: tf.div(tensor('pixels'), 255), logProbs: tensor('log_probs') as tf.Tensor2D, derivatives };
  });
  await batch.logProbs.data();
  const options: StepOptions = {
    network,
    value: { kind: 'kl', temperature: 1 },
    weighting: { kind: 'relative', alpha: 1 },
    optimizer: ADAM,
    schedule: { kind: 'constant', learningRate: 1e-3, warmupSteps: 0, finalFraction: 1, totalSteps: 1e6 },
  };
  return { rows, options, batch, state: initialState(options, loadWeights(rows, network, weights)) };
}

function dispose({ state, batch: { x, logProbs, derivatives } }: Loaded): void {
  tf.dispose([
    ...stateTensors(state),
    x,
    logProbs,
    ...derivatives.flatMap((each) => Object.values<tf.Tensor>({ ...each })),
  ]);
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
