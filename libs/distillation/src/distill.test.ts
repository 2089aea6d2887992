import { loadPolicy } from '@distiller/client';
import { readSafetensors } from '@distiller/policies';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../test/engines.ts';
import { tinyInputs, tinySpec, tinyTeacher } from '../../../test/tiny-distillation.ts';
import { distill, type DistillInputs, type DistillOptions } from './distill.ts';
import { type DistillEvent } from './events.ts';

async function run(
  overrides: Record<string, unknown>,
  inputs: DistillInputs,
  options?: DistillOptions,
): Promise<DistillEvent[]> {
  const events: DistillEvent[] = [];
  for await (const event of distill(tinySpec(overrides), inputs, options)) events.push(event);
  return events;
}

type Of<T extends DistillEvent['type']> = Extract<DistillEvent, { type: T }>;
const all = <T extends DistillEvent['type']>(events: DistillEvent[], type: T) =>
  events.filter((event): event is Of<T> => event.type === type);
const finished = (events: DistillEvent[]) => all(events, 'finished')[0]!;
const withoutTime = (events: DistillEvent[]) =>
  events.map((event) => ('seconds' in event ? { ...event, seconds: 0, waitSeconds: 0 } : event));

/** The engine in software takes minutes for all; each term is tested there by itself (derivative-term.test.ts). */
const LOSSES = [
  { value: { kind: 'reverse-kl', temperature: 2 }, derivative: { kind: 'none' } },
  { value: { kind: 'nll' }, derivative: { kind: 'none' }, augmentation: [{ kind: 'noise' }, { kind: 'mixup' }] },
  {
    value: { kind: 'mse' },
    derivative: { kind: 'vjp', projections: 3, norm: 'plain', weight: { kind: 'balanced' } },
  },
  { derivative: { kind: 'jvp', of: 'logits', weight: { kind: 'fixed', alpha: 0.1 } } },
  { derivative: { kind: 'jvp', directions: 'patch', draws: 2 }, augmentation: [{ kind: 'shift', pixels: 1 }] },
  { derivative: { kind: 'jvp', directions: 'principal-components' } },
  {
    derivative: { kind: 'jvp', directions: 'rademacher', weight: { kind: 'relative', schedule: { kind: 'cosine' } } },
  },
  { derivative: { kind: 'jvp', directions: 'gaussian' } },
];

onEveryEngine((engine) => {
  test('tells every step once, evaluations when they are due, and ends with the student', async () => {
    const events = await run({}, await tinyInputs());
    expect(all(events, 'step').map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(all(events, 'evaluation').map(({ step }) => step)).toEqual([5, 10, 12]);
    expect(all(events, 'labelling').at(-1)).toMatchObject({ done: 160, total: 160 });
    expect(events.at(-1)?.type).toBe('finished');
  });

  test('one seed gives one student, bit for bit, and another seed another', async () => {
    const inputs = await tinyInputs();
    const [a, b, c] = [await run({}, inputs), await run({}, inputs), await run({ seed: 2 }, inputs)];
    expect(withoutTime(a)).toEqual(withoutTime(b));
    expect(finished(a).files.student).not.toEqual(finished(c).files.student);
  });

  test('a run resumed from a checkpoint ends in the same student as an uninterrupted one', async () => {
    const inputs = await tinyInputs();
    const whole = await run({}, inputs, { checkpointEveryMs: 0 });
    const checkpoint = all(whole, 'checkpoint').find(({ step }) => step === 7)!.bytes;
    const resumed = await run({}, { ...inputs, checkpoint });
    expect(all(resumed, 'step').map(({ step }) => step)).toEqual([8, 9, 10, 11, 12]);
    expect(finished(resumed).files.student).toEqual(finished(whole).files.student);
  });

  test.each(engine === 'webgpu' ? LOSSES.slice(2, 3) : LOSSES)(
    'a run with the loss %j goes down, leaves no tensor behind, and resumes to the same student',
    async (loss) => {
      const inputs = await tinyInputs();
      const before = tf.memory().numTensors;
      const overrides = { loss, steps: 40, optimizer: { kind: 'adam', learning_rate: 0.01 } };
      const whole = await run(overrides, inputs, { checkpointEveryMs: 0 });
      expect(tf.memory().numTensors).toBe(before);
      const losses = all(whole, 'step').map(({ metrics }) => metrics.loss);
      const mean = (of: number[]) => of.reduce((sum, value) => sum + value, 0) / of.length;
      expect(mean(losses.slice(-10))).toBeLessThan(mean(losses.slice(0, 10)));
      const checkpoint = all(whole, 'checkpoint').find(({ step }) => step === 23)!.bytes;
      const resumed = await run(overrides, { ...inputs, checkpoint });
      expect(finished(resumed).files.student).toEqual(finished(whole).files.student);
    },
  );

  test.each([
    { kind: 'adamw', weight_decay: 0.1, schedule: { kind: 'cosine', warmup_steps: 3 } },
    { kind: 'rmsprop', momentum: 0.9, max_gradient_norm: 0.1 },
    { kind: 'sgd', momentum: 0.9, schedule: { kind: 'linear', final_fraction: 0.5 } },
  ])('a run with $kind resumes to the same student too', async (optimizer) => {
    const inputs = await tinyInputs();
    const whole = await run({ optimizer }, inputs, { checkpointEveryMs: 0 });
    const checkpoint = all(whole, 'checkpoint').find(({ step }) => step === 7)!.bytes;
    expect(finished(await run({ optimizer }, { ...inputs, checkpoint })).files.student).toEqual(
      finished(whole).files.student,
    );
  });

  test('the learning rate told at each step is the schedule’s', async () => {
    const schedule = { kind: 'linear', warmup_steps: 2, final_fraction: 0.5 };
    const events = await run({ optimizer: { kind: 'sgd', learning_rate: 0.1, schedule } }, await tinyInputs());
    const rates = all(events, 'step').map(({ metrics }) => metrics.learning_rate);
    expect(rates.slice(0, 2)).toEqual([0.05, 0.1]);
    expect(rates.at(-1)).toBeCloseTo(0.05, 12);
  });

  test('an aborted run tells a last checkpoint and no student', async () => {
    const abort = new AbortController();
    const events: DistillEvent[] = [];
    for await (const event of distill(tinySpec(), await tinyInputs(), { signal: abort.signal })) {
      events.push(event);
      if (event.type === 'step' && event.step === 3) abort.abort();
    }
    expect(events.at(-1)).toMatchObject({ type: 'checkpoint', step: 3 });
  });

  test('a run aborted while it labels ends there', async () => {
    const events: DistillEvent[] = [];
    const signal = AbortSignal.abort();
    for await (const event of distill(tinySpec(), await tinyInputs(), { signal })) events.push(event);
    expect(events).toMatchObject([
      { type: 'labelling', done: 0, labels: { log_probs: 'recomputed' } },
      { type: 'labelling', done: 160 },
    ]);
  });

  test('a loss that stops being finite ends the run with the step and the term', async () => {
    const optimizer = { kind: 'adam', learning_rate: 1, epsilon: 1e-300 };
    const loss = { derivative: { kind: 'vjp', weight: { kind: 'fixed', alpha: 1e38 } } };
    const running = run({ optimizer, loss }, await tinyInputs());
    await expect(running).rejects.toMatchObject({
      name: 'DivergedError',
      term: expect.stringMatching(/derivative_term|gradient_norm/) as string,
    });
  });

  test("the student's file gives its own reference logits in the client's plain loops", async () => {
    const { files } = finished(await run({}, await tinyInputs()));
    const { tensors } = readSafetensors(files.reference);
    const [observations, expected] = [tensors.get('observations')!, tensors.get('logits')!];
    const policy = loadPolicy(files.student);
    const own = policy.logits(observations.data as Uint8Array, observations.shape[0]!);
    expect(policy.actions).toEqual(['NOOP', 'LEFT', 'RIGHT']);
    own.forEach((logit, index) => expect(Math.abs(logit - expected.data[index]!)).toBeLessThan(1e-5));
  });

  test('a run leaves no tensor behind', async () => {
    const inputs = await tinyInputs();
    await run({}, inputs);
    const before = tf.memory().numTensors;
    await run({}, inputs);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a run that nobody listens to any more leaves no tensor behind, and one that fails neither', async () => {
    const inputs = await tinyInputs();
    await run({}, inputs);
    const before = tf.memory().numTensors;
    for await (const event of distill(tinySpec(), inputs)) if (event.type === 'step' && event.step === 3) break;
    expect(tf.memory().numTensors).toBe(before);
    const loss = { derivative: { kind: 'vjp', weight: { kind: 'fixed', alpha: 1e38 } } };
    const optimizer = { kind: 'adam', learning_rate: 1, epsilon: 1e-300 };
    await expect(run({ optimizer, loss }, inputs)).rejects.toThrow('became');
    expect(tf.memory().numTensors).toBe(before);
  });

  test('every step tells how much of it was spent waiting for its batch', async () => {
    for (const { seconds, waitSeconds } of all(await run({}, await tinyInputs()), 'step')) {
      expect(waitSeconds).toBeGreaterThan(0);
      expect(waitSeconds).toBeLessThan(seconds);
    }
  });

  // Six trainings take minutes on a GPU in software, whose steps and gradients are held against the other engines' above.
  if (engine === 'webgpu') return;

  test('with few frames Sobolev training matches the held-out Jacobian far better than plain KL, and the policy no worse', async () => {
    const inputs = await tinyInputs();
    const plain = { loss: { derivative: { kind: 'none' } } };
    const common = {
      student: tinyTeacher,
      steps: 300,
      train_fraction: 0.2,
      optimizer: { kind: 'adam', learning_rate: 0.01 },
      evaluate_every: 1000,
    };
    for (const seed of [1, 2, 3]) {
      const [kl, sobolev] = [
        await run({ ...common, ...plain, seed }, inputs),
        await run({ ...common, seed }, inputs),
      ].map((events) => finished(events).metrics);
      expect(sobolev!.jacobian_error).toBeLessThan(0.7 * kl!.jacobian_error);
      expect(sobolev!.kl).toBeLessThan(0.7 * kl!.kl);
    }
  });
});
