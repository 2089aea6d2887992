/** Mackey and Glass 1977: x' = β x(t − τ) / (1 + x(t − τ)ⁿ) − γ x, chaotic at τ = 17. */
const [BETA, GAMMA, TAU, POWER] = [0.2, 0.1, 17, 10];
const [START, STEPS_A_UNIT, SKIPPED] = [1.2, 10, 1000];

/** The series at whole times, after what its start has left has gone; by Runge and Kutta's fourth order, ten steps a unit of time. */
export function mackeyGlass(length: number): Float64Array {
  const lag = TAU * STEPS_A_UNIT;
  const count = (SKIPPED + length) * STEPS_A_UNIT;
  const x = new Float64Array(lag + count + 1).fill(START, 0, lag + 1);
  const slope = (now: number, before: number) => (BETA * before) / (1 + before ** POWER) - GAMMA * now;
  const h = 1 / STEPS_A_UNIT;
  for (let i = lag; i < lag + count; i++) {
    const [now, before, after] = [x[i]!, x[i - lag]!, x[i - lag + 1]!];
    const between = (before + after) / 2;
    const k1 = slope(now, before);
    const k2 = slope(now + (h / 2) * k1, between);
    const k3 = slope(now + (h / 2) * k2, between);
    const k4 = slope(now + h * k3, after);
    x[i + 1] = now + (h / 6) * (k1 + 2 * k2 + 2 * k3 + k4);
  }
  return Float64Array.from({ length }, (_, index) => x[lag + (SKIPPED + index) * STEPS_A_UNIT]!);
}
