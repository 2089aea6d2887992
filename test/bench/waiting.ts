// `node --import tsx test/bench/waiting.ts`: the share of a training run that is spent waiting for batches.
import { fileURLToPath } from 'node:url';
import { loadEngine } from '@distiller/compute';
import { distill, type DistillInputs } from '@distiller/distillation';
import { DistillationSpec } from '@distiller/distillation/spec';
import { bundledInputs } from './bundled-inputs.ts';

/** What the steps of runs took, in the middle, and the share of all their time that was waiting. */
export type Waiting = Record<'plain' | 'vjp', WaitingRun>;

interface WaitingRun {
  step_ms: number;
  waiting_ms: number;
  share: number;
}

const STEPS = 60;
/** At the start, where kernels are compiled and the thread starts. */
const WARM_UP = 5;

/**
 * The paper's student, batch 200, on the bundled Breakout teacher and rollouts: with the shortest steps that there are
 * (plain KL), and with one vjp. Needs an engine that is loaded already.
 */
async function measureWaiting(): Promise<Waiting> {
  const inputs = await bundledInputs();
  return {
    plain: await measureRun({ kind: 'none' }, inputs),
    vjp: await measureRun({ kind: 'vjp' }, inputs),
  };
}

async function measureRun(derivative: object, inputs: DistillInputs): Promise<WaitingRun> {
  const spec = DistillationSpec.parse({
    kind: 'distillation',
    teacher: 'breakout-teacher',
    rollouts: 'breakout-demo',
    student: { preset: 'paper-student' },
    loss: { derivative },
    steps: STEPS,
    // Labelling and evaluation are not what is measured.
    train_fraction: 0.05,
    evaluate_every: STEPS,
    evaluation_frames: 20,
    jacobian_frames: 1,
  });
  const steps: { seconds: number; waitSeconds: number }[] = [];
  for await (const event of distill(spec, inputs)) if (event.type === 'step') steps.push(event);
  const measured = steps.slice(WARM_UP);
  const [seconds, waits] = [measured.map((step) => step.seconds), measured.map((step) => step.waitSeconds)];
  return { step_ms: 1000 * median(seconds), waiting_ms: 1000 * median(waits), share: sum(waits) / sum(seconds) };
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await loadEngine('tensorflow');
  process.stdout.write(`${JSON.stringify(await measureWaiting())}\n`);
}
