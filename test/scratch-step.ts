import { loadEngine } from '@distiller/compute';
import * as tf from '@tensorflow/tfjs-core';
import { initialState, trainStep, type Optimizer, type StepOptions, initializeWeights } from '@distiller/sobolev';
import { buildNetwork } from '@distiller/policies';
import { layers } from './bench/problem.ts';
await loadEngine((process.argv[3] as never) ?? 'tensorflow');
const B = 200;
const med = (a: number[]) => a.slice().sort((x, y) => x - y)[a.length >> 1]!;
const network = buildNetwork(layers((process.argv[5] ?? 'paper-student') as never));
const ADAM: Optimizer = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
const options: StepOptions = {
  network,
  value: { kind: 'kl', temperature: 1 },
  weighting: { kind: 'relative', alpha: 1 },
  optimizer: ADAM,
  schedule: { kind: 'constant', learningRate: 1e-3, warmupSteps: 0, finalFraction: 1, totalSteps: 1e6 },
};
const x = tf.randomUniform([B, 84, 84, 4]);
const g = tf.randomNormal([B, 84, 84, 4], 0, 1e-3);
const logProbs = tf.logSoftmax(tf.randomNormal([B, 4])) as tf.Tensor2D;
const v = tf.randomNormal([B, 4]) as tf.Tensor2D;
for (const term of (process.argv[2] ?? 'plain,vjp').split(',')) {
  const batch = {
    x,
    logProbs,
    derivatives:
      term === 'vjp'
        ? [{ v, pullBack: g, squaredNorms: tf.sum(tf.square(g), [1, 2, 3]) }]
        : term === 'jvp'
          ? [{ u: g, pushed: v }]
          : [],
  };
  let state = initialState(options, initializeWeights(network, 1));
  const ts: number[] = [];
  const tot = new Map<string, [number, number]>();
  const orig = tf.engine().runKernel.bind(tf.engine());
  let depth = 0;
  const prof = process.argv[4] === 'prof';
  if (prof)
    tf.engine().runKernel = ((name: string, inputs: any, attrs: any) => {
      const s = performance.now();
      depth++;
      const r = orig(name, inputs, attrs);
      depth--;
      if (depth === 0) {
        const sh = Object.values(inputs)
          .map((t: any) => (Array.isArray(t) ? 'list' + t.length : '[' + (t.shape ?? '') + ']'))
          .join(' ');
        const key = name + ' ' + sh;
        const e = tot.get(key) ?? [0, 0];
        e[0] += performance.now() - s;
        e[1]++;
        tot.set(key, e);
      }
      return r;
    }) as never;
  let pf = 0,
    cpu = process.cpuUsage();
  for (let i = 0; i < 40; i++) {
    if (i === 10) {
      pf = process.resourceUsage().minorPageFault;
      cpu = process.cpuUsage();
    }
    if (i === 10) tot.clear();
    const s = performance.now();
    const r = await trainStep(options, state, batch as never);
    state = r.state;
    if (i >= 10) ts.push(performance.now() - s);
  }
  console.log(
    term,
    med(ts).toFixed(1),
    'ms',
    'min',
    Math.min(...ts).toFixed(1),
    'faults/step',
    ((process.resourceUsage().minorPageFault - pf) / 30).toFixed(0),
    'cpu/step',
    (process.cpuUsage(cpu).user / 30e3).toFixed(1),
    'sys',
    (process.cpuUsage(cpu).system / 30e3).toFixed(1),
  );
  tf.engine().runKernel = orig;
  if (prof) {
    let sum = 0,
      n = 0;
    for (const [k, [t, c]] of [...tot].sort((a, b) => b[1][0] - a[1][0]).slice(0, 45))
      console.log((t / 30).toFixed(2).padStart(7), (c / 30).toFixed(0).padStart(4), k);
    for (const [, [t, c]] of tot) {
      sum += t;
      n += c;
    }
    console.log('sum', (sum / 30).toFixed(1), 'ops', n / 30);
  }
}
