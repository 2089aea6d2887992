import { distill, type DistillInputs } from '@distiller/distillation';
import { DistillationSpec } from '@distiller/distillation/spec';
import { median } from '../study/median.ts';

/** Held-out metrics after some steps, by their names on the wire. */
export type Evaluated = { step: number; kl: number; action_error: number; jacobian_error: number };

/** A spec with what is left out of it; the names in it stand for the inputs that are handed over. */
export const specOf = (overrides: object): DistillationSpec =>
  DistillationSpec.parse({ kind: 'distillation', teacher: 'teacher', rollouts: 'rollouts', ...overrides });

export async function runDistillation(spec: DistillationSpec, inputs: DistillInputs): Promise<Evaluated[]> {
  return (await trainStudent(spec, inputs)).curve;
}

/** Its held-out metrics along the way, and the student's own file. */
export async function trainStudent(
  spec: DistillationSpec,
  inputs: DistillInputs,
): Promise<{ curve: Evaluated[]; student: Uint8Array }> {
  const curve: Evaluated[] = [];
  for await (const event of distill(spec, inputs)) {
    if (event.type === 'finished') return { curve, student: event.files.student };
    if (event.type !== 'evaluation') continue;
    const { kl, action_error, jacobian_error } = event.metrics;
    // Rounded: their last digits are not the same on another machine anyway.
    const [rounded, ...others] = [kl!, action_error!, jacobian_error!].map((value) => Number(value.toPrecision(5)));
    curve.push({ step: event.step, kl: rounded!, action_error: others[0]!, jacobian_error: others[1]! });
  }
  throw new Error('a run ended without a student');
}

/** Median milliseconds of a step of each spec, by turns: what else the machine does meets all alike. */
export async function stepCosts(
  specs: Readonly<Record<string, DistillationSpec>>,
  inputs: DistillInputs,
  steps: number,
): Promise<Record<string, number>> {
  const runs = Object.entries(specs).map(([name, spec]) => ({
    name,
    stream: distill(spec, inputs),
    ms: [] as number[],
  }));
  for (let step = 0; step < steps; step++) for (const run of runs) run.ms.push(await nextStep(run.stream));
  for (const { stream } of runs) await stream.return(undefined);
  // The first steps compile.
  return Object.fromEntries(runs.map(({ name, ms }) => [name, median(ms.slice(2))]));
}

async function nextStep(stream: ReturnType<typeof distill>): Promise<number> {
  for (;;) {
    const next = await stream.next();
    if (next.done) throw new Error('a run ended before its steps were timed');
    if (next.value.type === 'step') return 1000 * next.value.seconds;
  }
}
