import { distil } from './distil.ts';
import { type Domain } from './domain.ts';
import { type Method, METHODS } from './methods.ts';
import { median } from '../study/median.ts';

/** Turns and steps of each; the first steps of a turn compile the step. */
const [TURNS, STEPS, WARM] = [7, 60, 10];

/** Median milliseconds of a step, teacher's answers among them, the methods in turns: what else the machine does meets all alike. */
export async function stepCosts(domain: Domain): Promise<Record<Method, number>> {
  const times: Record<Method, number[]> = { value: [], noise: [], sobolev: [], adaptive: [] };
  for (let turn = 0; turn < TURNS; turn++) {
    for (const method of METHODS) {
      const stamps: number[] = [];
      const run = { method, learning_rate: 1e-3, strength: 0.1, examples: 1000, steps: STEPS, seed: 1 };
      await distil(domain, run, { at: [], afterStep: () => stamps.push(performance.now()) });
      times[method].push(...stamps.slice(WARM).map((stamp, index) => stamp - stamps[WARM + index - 1]!));
    }
  }
  return Object.fromEntries(METHODS.map((method) => [method, median(times[method])])) as Record<Method, number>;
}
