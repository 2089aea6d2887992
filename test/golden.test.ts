import { readFileSync } from 'node:fs';
import {
  Architecture,
  buildNetwork,
  layerTable,
  loadWeights,
  type NamedTensor,
  readSafetensors,
  resolveLayers,
} from '@distiller/policies';
import {
  type Batch,
  forward,
  initialState,
  klTerm,
  logPolicyJacobian,
  logSoftmax,
  lossGradients,
  type Network,
  type Optimizer,
  output,
  parameterShapes,
  derivativeTerm,
  project,
  pullBack,
  pushForward,
  type StepOptions,
  trainStep,
  type ValueLoss,
  valueTerm,
} from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { onEveryEngine } from './engines.ts';

// Made by test/reference/generate.py, which says what each tensor is.
const { tensors: golden } = readSafetensors(readFileSync('test/reference/golden.safetensors'));

/** Relative. Both engines come within 2e-6 of PyTorch in double precision. */
const TOLERANCE = 1e-5;

const ADAM: Optimizer = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

const conv = (filters: number, kernel: number, stride: number) => ({ kind: 'conv', filters, kernel, stride });
const head = (units: number, actions: number) => [
  { kind: 'flatten' },
  { kind: 'dense', units },
  { kind: 'relu' },
  { kind: 'dense', units: actions },
];

const CASES = [
  {
    name: 'wide',
    inputShape: [16, 14, 2],
    actions: 5,
    layers: [conv(4, 4, 2), { kind: 'relu' }, conv(6, 3, 1), { kind: 'relu' }, ...head(16, 5)],
  },
  {
    name: 'uneven',
    inputShape: [12, 9, 1],
    actions: 3,
    layers: [conv(4, 3, 2), { kind: 'relu' }, conv(5, 2, 2), { kind: 'relu' }, ...head(12, 3)],
  },
  {
    name: 'folded',
    inputShape: [18, 14, 2],
    actions: 4,
    layers: [conv(3, 6, 4), { kind: 'relu' }, conv(4, 2, 1), { kind: 'relu' }, ...head(10, 4)],
  },
];

onEveryEngine(() => {
  describe.each(CASES)("PyTorch's numbers, network '$name'", ({ name, inputShape, actions, layers }) => {
    const { rows } = layerTable(resolveLayers(Architecture.parse({ layers }), actions), inputShape, actions);

    const network = buildNetwork(rows);
    const known = (key: string) => golden.get(`${name}.${key}`)!;
    const weights = (role: string) => loadWeights(rows, network, named(name, role));
    const student = () => forward(network, weights('student'), images(0));
    const teacher = () => forward(network, weights('teacher'), images(0));

    /** The first batch's pixels, or another step's, in [0, 1]. */
    const images = (step: number) => tf.div(part(known('pixels'), step), 255);
    const direction = (step: number, index: number) => tf.gather(part(known('directions'), step), index) as tf.Tensor2D;

    /** A tenth of the change to the next step's images. */
    const change = (step: number) => tf.div(tf.sub(images((step + 1) % 10), images(step)), 10);

    const batch = (step: number, along: number | 'pixels'): Batch => {
      const x = images(step);
      const points = forward(network, weights('teacher'), x);
      const u = change(step);
      const derivatives =
        along === 'pixels'
          ? [{ u, pushed: pushForward(points, u) }]
          : Array.from({ length: along }, (_, index) => project(points, direction(step, index)));
      return { x, logProbs: logSoftmax(output(points) as tf.Tensor2D).logProbs, derivatives };
    };

    test('logits and log-probabilities', () => {
      const logits = output(student()) as tf.Tensor2D;
      expect(error(logits, known('logits'))).toBeLessThan(TOLERANCE);
      expect(error(logSoftmax(logits).logProbs, known('log_probs'))).toBeLessThan(TOLERANCE);
      expect(error(batch(0, 0).logProbs, known('teacher_log_probs'))).toBeLessThan(TOLERANCE);
    });

    test('the exact log-policy Jacobian', () => {
      const jacobian = logPolicyJacobian(network, weights('student'), images(0));
      const expected = part(known('jacobian'));
      for (const [action, gradient] of jacobian.entries())
        expect(error(gradient, tf.gather(expected, action))).toBeLessThan(TOLERANCE);
    });

    test('the pull-backs of student and teacher', () => {
      for (const [role, points] of Object.entries({ student: student(), teacher: teacher() })) {
        const expected = part(known(`pull_back.${role}`));
        expect(error(pullBack(points, direction(0, 0)), expected)).toBeLessThan(TOLERANCE);
      }
    });

    test('the other value terms', () => {
      const answers = { teacherLogProbs: batch(0, 0).logProbs, logits: output(student()) as tf.Tensor2D };
      const losses: ValueLoss[] = [
        { kind: 'reverse-kl', temperature: 1 },
        { kind: 'reverse-kl', temperature: 2 },
        { kind: 'nll' },
        { kind: 'mse' },
        { kind: 'kl', temperature: 1 },
      ];
      const values = losses.map((loss) => valueTerm(loss, answers).value);
      for (const [index, value] of values.entries())
        expect(error(value, tf.gather(part(known('values')), index)), losses[index]!.kind).toBeLessThan(TOLERANCE);
    });

    test('KL at temperatures 1 and 2', () => {
      const logits = output(student()) as tf.Tensor2D;
      const values = [1, 2].map((temperature) => klTerm(batch(0, 0).logProbs, logits, temperature).value);
      expect(error(tf.stack(values), known('kl'))).toBeLessThan(TOLERANCE);
    });

    describe.each([
      { title: 'one projection', key: 'one', along: 1, norm: 'squared' },
      { title: 'as many projections as actions', key: 'all', along: actions, norm: 'squared' },
      { title: 'one projection in the plain norm', key: 'plain', along: 1, norm: 'plain' },
      { title: 'one direction in pixel space', key: 'jvp', along: 'pixels', norm: 'squared' },
    ] as const)('$title', ({ key, along, norm }) => {
      const settings = { ...options(network), derivative: { norm } };

      test('the derivative term', () => {
        const terms = batch(0, along).derivatives.map((each) => derivativeTerm(student(), each, { norm }).value);
        expect(error(tf.div(tf.addN(terms), terms.length), known(`${key}.term`))).toBeLessThan(TOLERANCE);
      });

      test('the gradient of the whole loss in every weight', () => {
        const { gradients } = lossGradients(settings, initialState(settings, weights('student')), batch(0, along));
        const expected = loadWeights(rows, network, named(name, `${key}.gradient`));
        for (const [index, { layer, name: weight }] of parameterShapes(network).entries())
          expect(error(gradients[index]!, expected[index]!), `${layer}.${weight}`).toBeLessThan(TOLERANCE);
      });

      test('the terms of the first ten training steps', async () => {
        const losses: number[][] = [];
        let state = initialState(settings, weights('student'));
        for (let step = 0; step < 10; step++) {
          const next = await trainStep(settings, state, batch(step, along));
          state = next.state;
          losses.push([next.terms.value_term, next.terms.derivative_term]);
        }
        const expected = part(known(`${key}.losses`)).arraySync() as number[][];
        for (const [step, terms] of losses.entries())
          for (const [index, term] of terms.entries()) {
            const reference = expected[step]![index]!;
            expect(Math.abs(term / reference - 1), `step ${step + 1}, ${term} for ${reference}`).toBeLessThan(
              TOLERANCE,
            );
          }
      });
    });
  });
});

function options(network: Network): StepOptions {
  return {
    network,
    value: { kind: 'kl', temperature: 1 },
    weighting: { kind: 'relative', alpha: 1 },
    optimizer: ADAM,
    schedule: { kind: 'constant', learningRate: 1e-3, warmupSteps: 0, finalFraction: 1, totalSteps: 10 },
  };
}

/** The weights (or their gradients) `network.role.*`, by their own names. */
function named(network: string, role: string): Map<string, NamedTensor> {
  const prefix = `${network}.${role}.`;
  return new Map(
    [...golden].filter(([key]) => key.startsWith(prefix)).map(([key, tensor]) => [key.slice(prefix.length), tensor]),
  );
}

/** A stored tensor, or its `index`-th slice along the first axis. */
function part({ data, shape }: NamedTensor, index?: number): tf.Tensor {
  const whole = tf.tensor(Float32Array.from(data), shape);
  return index === undefined ? whole : tf.gather(whole, index);
}

/** Largest difference, relative to the largest element expected. */
function error(given: tf.Tensor, expected: tf.Tensor | NamedTensor): number {
  const values = given.dataSync<'float32'>();
  const reference = expected instanceof tf.Tensor ? expected.dataSync<'float32'>() : expected.data;
  if (values.length !== reference.length) throw new Error(`sizes ${values.length} and ${reference.length}`);
  let scale = 0;
  for (const value of reference) scale = Math.max(scale, Math.abs(value));
  return values.reduce((most, value, index) => Math.max(most, Math.abs(value - reference[index]!)), 0) / scale;
}
