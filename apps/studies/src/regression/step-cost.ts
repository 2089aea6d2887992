import { median } from '../study/median.ts';
import { type Method, METHODS } from './methods.ts';
import { drawPoints, unitOf } from './points.ts';
import { train } from './train.ts';

/** Turns and steps of each; the first steps of a turn compile the step. */
const [TURNS, STEPS, WARM] = [7, 60, 10];

/** Median milliseconds of a step at a number of points, the methods in turns: what else the machine does meets all alike. */
export async function stepCosts(points: number): Promise<Record<Method, number>> {
  const times: Record<Method, number[]> = { value: [], sobolev: [], adaptive: [] };
  const train_ = drawPoints('booth', points, { seed: 1 });
  for (let turn = 0; turn < TURNS; turn++)
    for (const method of METHODS) {
      const stamps: number[] = [];
      await train(
        { method, learningRate: 1e-3, alpha: 1, unit: unitOf('booth'), steps: STEPS, seed: 1 },
        { train: train_, test: train_ },
        () => stamps.push(performance.now()),
      );
      times[method].push(...stamps.slice(WARM).map((stamp, index) => stamp - stamps[WARM + index - 1]!));
    }
  return Object.fromEntries(METHODS.map((method) => [method, median(times[method])])) as Record<Method, number>;
}
