import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { onEveryEngine } from '../../../../test/engines.ts';
import { along, distance, inner, normals, slope } from '../../../../test/numbers.ts';
import { initializeWeights } from '../initialize.ts';
import { logPolicyJacobian } from '../jacobian.ts';
import { conv } from '../layers/conv.ts';
import { dense } from '../layers/dense.ts';
import { flatten } from '../layers/flatten.ts';
import { relu } from '../layers/relu.ts';
import { softplus } from '../layers/softplus.ts';
import { forward, gradients, type Network, output, type Weights } from '../network.ts';
import { sphereDirections } from '../projections/sphere.ts';
import { randomStream } from '../random.ts';
import { klTerm } from './kl.ts';
import { derivativeTerm, type TeacherDerivative, teacherTerm } from './derivative-term.ts';
import { jvpTerm, pushForward } from './jvp.ts';
import { project, pullBack, vjpTerm } from './vjp.ts';

const [BATCH, ACTIONS] = [4, 3];

const linear: Network = { inputShape: [5], layers: [dense({ name: 'logits', inputs: 5, units: ACTIONS })] };

const convolutional: Network = {
  inputShape: [8, 8, 1],
  layers: [
    conv({ name: 'conv1', inputShape: [8, 8, 1], filters: 4, kernel: 4, stride: 2 }),
    relu({ name: 'relu1', inputShape: [3, 3, 4] }),
    flatten({ name: 'flatten', inputShape: [3, 3, 4] }),
    dense({ name: 'dense', inputs: 36, units: 8 }),
    relu({ name: 'relu2', inputShape: [8] }),
    dense({ name: 'logits', inputs: 8, units: ACTIONS }),
  ],
};

/** Its first layer folds J Jᵀ: few filters, large windows. */
const folded: Network = {
  inputShape: [8, 8, 3],
  layers: [
    conv({ name: 'conv1', inputShape: [8, 8, 3], filters: 2, kernel: 4, stride: 2 }),
    relu({ name: 'relu1', inputShape: [3, 3, 2] }),
    flatten({ name: 'flatten', inputShape: [3, 3, 2] }),
    dense({ name: 'dense', inputs: 18, units: 8 }),
    softplus({ name: 'softplus', inputShape: [8] }),
    dense({ name: 'logits', inputs: 8, units: ACTIONS }),
  ],
};

const NETWORKS = { linear, convolutional, folded };

const directions = (k: number, seed = 5) =>
  sphereDirections(randomStream(seed, 'projection'), BATCH, ACTIONS, k).map((v) => tf.tensor2d(v, [BATCH, ACTIONS]));

const logitsOf = (network: Network, weights: Weights, x: tf.Tensor) =>
  output(forward(network, weights, x)) as tf.Tensor2D;

/** ‖J_s − J_t‖², summed over the batch. */
function jacobianDifference(
  network: Network,
  { student, teacher }: { student: Weights; teacher: Weights },
  x: tf.Tensor,
): number {
  const [s, t] = [logPolicyJacobian(network, student, x), logPolicyJacobian(network, teacher, x)];
  return s.reduce((sum, gradient, a) => sum + inner(tf.sub(gradient, t[a]!), tf.sub(gradient, t[a]!)), 0);
}

onEveryEngine(() => {
  test('the log-policy Jacobian of a linear policy is W − 1 (W π)ᵀ', () => {
    const [weight, bias, x] = [normals([5, ACTIONS], 1), normals([ACTIONS], 2), normals([BATCH, 5], 3)];
    const jacobian = logPolicyJacobian(linear, [weight, bias], x);
    const probs = tf.softmax(logitsOf(linear, [weight, bias], x));
    const mean = tf.matMul(probs, tf.transpose(weight as tf.Tensor2D));
    for (const [action, gradient] of jacobian.entries()) {
      const column = tf.reshape(tf.slice(weight, [0, action], [5, 1]), [1, 5]);
      expect(distance(gradient, tf.sub(column, mean))).toBeLessThan(1e-6);
    }
  });

  test('the pull-back of v is the central difference of ⟨log π, v⟩ in the pixels', () => {
    const weights = initializeWeights(convolutional, 1);
    const [x, change] = [normals([BATCH, 8, 8, 1], 2), normals([BATCH, 8, 8, 1], 3)];
    const [v] = directions(1) as [tf.Tensor2D];
    const value = (h: number) => inner(v, tf.logSoftmax(logitsOf(convolutional, weights, along(x, change, h))));
    expect(inner(pullBack(forward(convolutional, weights, x), v), change)).toBeCloseTo(slope(value, 1e-3), 2);
  });

  const CASES = Object.keys(NETWORKS).flatMap((network) =>
    (['vjp', 'jvp'] as const).flatMap((kind) =>
      (['squared', 'plain'] as const).flatMap((norm) =>
        (['log-policy', 'logits'] as const).map((of) => ({ network, kind, norm, of })),
      ),
    ),
  );

  describe.each(CASES)('$kind of $of, $norm norm, $network policy', ({ network: name, kind, norm, of }) => {
    const network = NETWORKS[name as keyof typeof NETWORKS];
    const x = () => normals([BATCH, ...network.inputShape], 2);
    const teacherAt = (weights: Weights): TeacherDerivative => {
      const points = forward(network, weights, x());
      if (kind === 'vjp') return project(points, directions(1)[0]!, of);
      const u = normals([BATCH, ...network.inputShape], 3);
      return { u, pushed: pushForward(points, u, of) };
    };

    test('all its gradients together are its slope in every weight', () => {
      const teacher = teacherAt(initializeWeights(network, 9));
      const weights = initializeWeights(network, 1);
      const points = forward(network, weights, x());
      const term = derivativeTerm(points, teacher, { norm, of });
      const nothing = tf.zeros([BATCH, ACTIONS]);
      const ordinary = gradients(points, term.logitsGradient ?? nothing, term.curvatures);
      for (const [index, weight] of weights.entries()) {
        const direction = normals(weight.shape, 30 + index);
        const value = (h: number) => {
          const moved = weights.with(index, along(weight, direction, h));
          return derivativeTerm(forward(network, moved, x()), teacher, { norm, of }).value.dataSync()[0]!;
        };
        const twin = term.twinGradients[index];
        const own = inner(ordinary[index]!, direction) + (twin ? inner(twin, direction) : 0);
        const expected = slope(value, 1e-3);
        expect(Math.abs(own - expected), `weight ${index}`).toBeLessThan(0.02 * Math.max(1, Math.abs(expected)));
      }
    });

    test('it scales with its weight', () => {
      const teacher = teacherAt(initializeWeights(network, 9));
      const points = forward(network, initializeWeights(network, 1), x());
      const [once, thrice] = [1, 3].map((weight) => derivativeTerm(points, teacher, { norm, of, weight }));
      expect(thrice!.value.dataSync()[0]! / once!.value.dataSync()[0]!).toBeCloseTo(3, 4);
      expect(distance(thrice!.twinGradients[0]!, tf.mul(once!.twinGradients[0]!, 3))).toBeLessThan(1e-4);
    });

    test('it does not depend on the order of the batch', () => {
      const [teacher, weights] = [teacherAt(initializeWeights(network, 9)), initializeWeights(network, 1)];
      const turned = Object.fromEntries(
        Object.entries(teacher).map(([key, tensor]) => [key, tf.reverse(tensor as tf.Tensor, 0)]),
      ) as unknown as TeacherDerivative;
      const term = derivativeTerm(forward(network, weights, x()), teacher, { norm, of });
      const other = derivativeTerm(forward(network, weights, tf.reverse(x(), 0)), turned, { norm, of });
      expect(other.value.dataSync()[0]! / term.value.dataSync()[0]!).toBeCloseTo(1, 5);
      expect(distance(other.twinGradients[0]!, term.twinGradients[0]!)).toBeLessThan(1e-4);
    });

    test('it vanishes when the student is the teacher, and only then', () => {
      const weights = initializeWeights(network, 1);
      const points = forward(network, weights, x());
      const scale = teacherTerm(teacherAt(weights), norm).dataSync()[0]!;
      // Folded, the squared residual is a difference of squares, so that its root keeps half their digits.
      const rounding = name !== 'folded' || kind === 'jvp' ? 0 : norm === 'squared' ? 1e-6 : 2e-3;
      const term = derivativeTerm(points, teacherAt(weights), { norm, of });
      expect(term.value.dataSync()[0]).toBeLessThanOrEqual(rounding * scale);
      if (norm === 'squared')
        for (const gradient of [...term.twinGradients, term.logitsGradient])
          if (gradient) expect(tf.max(tf.abs(gradient)).dataSync()[0]).toBeLessThanOrEqual(rounding * scale * 10);
      const moved = derivativeTerm(points, teacherAt(initializeWeights(network, 2)), { norm, of });
      expect(moved.value.dataSync()[0]).toBeGreaterThan(0.1 * scale);
    });
  });

  test('a full basis of pixel directions gives ‖J_s − J_t‖² exactly', () => {
    const [student, teacher] = [initializeWeights(folded, 1), initializeWeights(folded, 9)];
    const x = normals([BATCH, 8, 8, 3], 2);
    const [points, teacherPoints] = [forward(folded, student, x), forward(folded, teacher, x)];
    let total = 0;
    for (let pixel = 0; pixel < 8 * 8 * 3; pixel++)
      total += tf.tidy(() => {
        const one = tf.reshape(tf.oneHot(tf.fill([BATCH], pixel, 'int32'), 8 * 8 * 3), [BATCH, 8, 8, 3]);
        const u = tf.cast(one, 'float32');
        return jvpTerm(points, { u, pushed: pushForward(teacherPoints, u) }).value.dataSync()[0]!;
      });
    expect(total / (jacobianDifference(folded, { student, teacher }, x) / BATCH)).toBeCloseTo(1, 4);
  });

  test('a full basis of directions gives ‖J_s − J_t‖² / A exactly', () => {
    const [student, teacher] = [initializeWeights(convolutional, 1), initializeWeights(convolutional, 9)];
    const x = normals([BATCH, 8, 8, 1], 2);
    const [points, teacherPoints] = [forward(convolutional, student, x), forward(convolutional, teacher, x)];
    const terms = directions(ACTIONS).map((v) => vjpTerm(points, project(teacherPoints, v)).value.dataSync()[0]!);
    const exact = jacobianDifference(convolutional, { student, teacher }, x);
    expect(terms.reduce((sum, term) => sum + term, 0) / ACTIONS).toBeCloseTo(exact / BATCH / ACTIONS, 4);
  });

  test('one random direction is an unbiased estimate of the full basis', () => {
    const [student, teacher] = [initializeWeights(linear, 1), initializeWeights(linear, 9)];
    const many = 3000;
    const x = tf.tile(normals([1, 5], 2), [many, 1]);
    const [points, teacherPoints] = [forward(linear, student, x), forward(linear, teacher, x)];
    const value = (v: Float32Array) =>
      vjpTerm(points, project(teacherPoints, tf.tensor2d(v, [many, ACTIONS]))).value.dataSync()[0]!;
    const draw = (k: number) => sphereDirections(randomStream(5, 'projection'), many, ACTIONS, k);
    const exact = draw(ACTIONS).reduce((sum, v) => sum + value(v), 0) / ACTIONS;
    expect(Math.abs(value(draw(1)[0]!) / exact - 1)).toBeLessThan(0.05);
  });

  test('the KL term is zero only when matched, and its gradient is its slope in the logits', () => {
    const [teacher, student, direction] = [
      normals([BATCH, ACTIONS], 1),
      normals([BATCH, ACTIONS], 2),
      normals([BATCH, ACTIONS], 3),
    ] as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    for (const temperature of [1, 0.5, 4]) {
      expect(klTerm(teacher, teacher, temperature).value.dataSync()[0]).toBeCloseTo(0, 6);
      const value = (h: number) =>
        klTerm(teacher, along(student, direction, h) as tf.Tensor2D, temperature).value.dataSync()[0]!;
      expect(value(0)).toBeGreaterThan(0);
      expect(inner(klTerm(teacher, student, temperature).gradient, direction)).toBeCloseTo(slope(value, 1e-2), 3);
    }
  });

  test('KL(teacher ‖ student) is not taken the other way round', () => {
    const teacher = tf.log<tf.Tensor2D>(tf.tensor2d([[0.5, 0.25, 0.25]]));
    const student = tf.log<tf.Tensor2D>(tf.tensor2d([[0.8, 0.1, 0.1]]));
    const expected = 0.5 * Math.log(0.5 / 0.8) + 0.5 * Math.log(0.25 / 0.1);
    expect(klTerm(teacher, student, 1).value.dataSync()[0]).toBeCloseTo(expected, 5);
  });
});
