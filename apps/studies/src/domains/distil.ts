import {
  type Batch,
  forward,
  type Network,
  output,
  project,
  pullBack,
  randomStream,
  sphereDirections,
  tidy,
  type Weights,
} from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { type Domain, type Examples } from './domain.ts';
import { fit } from '../fitting/fit.ts';
import { type Method, type Setting, weightingOf } from './methods.ts';
import { mlp } from './mlp.ts';

const STUDENT = [32, 32];
/** Examples a step; all of them where there are fewer. */
const BATCH = 100;

export interface Run extends Setting {
  method: Method;
  /** The first so many of those that the teacher learned from, from a place that the seed chooses. */
  examples: number;
  steps: number;
  seed: number;
}

/** On test examples after some steps. */
export type CurvePoint = {
  step: number;
  /** From the teacher's outputs, in the domain's units. */
  distance: number;
  /** Of pull-backs along one direction an example, as a share of the teacher's squared norm. */
  gradient: number;
  /** Of what really came. */
  loss: number;
};

/** Distils the domain's teacher into a small network, and tells how well at some steps. */
export async function distil(
  domain: Domain,
  run: Run,
  { at, afterStep }: { at: readonly number[]; afterStep?: () => void },
): Promise<CurvePoint[]> {
  const { method, learning_rate: learningRate, strength, steps, seed } = run;
  const network = mlp(domain.inputs, STUDENT, domain.outputs);
  const weighting = weightingOf(method, strength, steps);
  const taught = chosen(domain.examples.train, run);
  const curve: CurvePoint[] = [];
  const weights = await fit(
    {
      network,
      value: domain.value,
      ...(weighting && { derivative: { of: domain.of, weighting } }),
      learningRate,
      schedule: 'constant',
      steps,
      seed,
    },
    (step) => batchOf(domain, taught, { ...run, step }),
    (step, now) => {
      afterStep?.();
      if (at.includes(step)) curve.push({ step, ...judge(domain, { network, weights: now }) });
    },
  );
  tf.dispose([...weights]);
  return curve;
}

function chosen({ count, x }: Examples, { examples, seed }: Run): Examples {
  const width = x.length / count;
  const from = randomStream(seed, 'window').below(count - examples + 1);
  return { count: examples, x: x.subarray(from * width, (from + examples) * width) };
}

function batchOf(
  domain: Domain,
  { count, x }: Examples,
  { method, strength, seed, step }: Run & { step: number },
): Batch {
  const random = randomStream(seed, 'batch', step);
  const rows = count <= BATCH ? [...Array(count).keys()] : Array.from({ length: BATCH }, () => random.below(count));
  const data = new Float32Array(rows.length * domain.inputs);
  for (const [place, row] of rows.entries()) {
    data.set(x.subarray(row * domain.inputs, (row + 1) * domain.inputs), place * domain.inputs);
  }
  if (method === 'noise') {
    const noise = randomStream(seed, 'augmentation', step);
    for (let i = 0; i < data.length; i++) data[i]! += strength * noise.normal();
  }
  return tidy(() => {
    const inputs = tf.tensor2d(data, [rows.length, domain.inputs]);
    const at = forward(domain.teacher.network, domain.teacher.weights, inputs);
    const logProbs = answers(domain, output(at) as tf.Tensor2D);
    if (method === 'value' || method === 'noise') return { x: inputs, logProbs, derivatives: [] };
    const v = directions(domain, rows.length, randomStream(seed, 'projection', step));
    return { x: inputs, logProbs, derivatives: [project(at, v, domain.of)] };
  });
}

/** What is matched: log-probabilities, or outputs as they are. */
const answers = ({ of }: Domain, outputs: tf.Tensor2D): tf.Tensor2D =>
  of === 'log-policy' ? tf.logSoftmax(outputs) : outputs;

function directions({ outputs }: Domain, count: number, random: ReturnType<typeof randomStream>): tf.Tensor2D {
  const [v] = sphereDirections(random, count, outputs, 1);
  return tf.tensor2d(v!, [count, outputs]);
}

function judge(domain: Domain, student: { network: Network; weights: Weights }): Omit<CurvePoint, 'step'> {
  const { count, x } = domain.examples.test;
  const ask = ({ network, weights }: typeof student) =>
    tidy(() => {
      const at = forward(network, weights, tf.tensor2d(x, [count, domain.inputs]));
      const v = directions(domain, count, randomStream(1, 'projection'));
      return { said: output(at), slopes: pullBack(at, v, domain.of) };
    });
  const [teacher, own] = [ask(domain.teacher), ask(student)].map(({ said, slopes }) => {
    const numbers = { said: said.dataSync<'float32'>(), slopes: slopes.dataSync<'float32'>() };
    tf.dispose([said, slopes]);
    return numbers;
  }) as [Answered, Answered];
  const squares = (a: Float32Array, b?: Float32Array) =>
    a.reduce((sum, value, i) => sum + (value - (b?.[i] ?? 0)) ** 2, 0);
  return {
    distance: domain.distance(teacher.said, own.said),
    gradient: squares(teacher.slopes, own.slopes) / squares(teacher.slopes),
    loss: domain.loss(own.said),
  };
}

interface Answered {
  said: Float32Array;
  slopes: Float32Array;
}
