import { type ActivationSpec } from '../../description/layer-spec.ts';
import { type Gain } from '../trace/signal.ts';

/**
 * Exporters take activations apart in many ways: x · σ(x), 0.5 x (1 + erf(x / √2)), Where(x > 20, x, log(1 + eˣ)). What an
 * expression of one value is, is told by what it gives at these places rather than by the form in which it is written.
 */
export const SAMPLES = Float64Array.of(
  ...[
    -1e4, -300, -80, -33, -21, -13, -7.5, -6.1, -5, -4, -3.3, -2.7, -2.2, -1.8, -1.5, -1.2, -1, -0.8, -0.6, -0.45, -0.3,
  ],
  ...[
    -0.2, -0.1, -0.03, -0.001, 0, 0.001, 0.03, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3, 4, 5,
    6.1,
  ],
  ...[7.5, 13, 21, 33, 80, 300, 1e4],
);
/** Beyond this an expression may overflow, where its operator would not. */
const ALWAYS_FINITE = 50;

/** What an expression is: an activation of ours, or scale x + shift. */
export type Recognised = { spec: ActivationSpec; remark?: string } | { gain: Gain };

export function recognise(values: Float64Array): Recognised | undefined {
  const gain = gainOf(values);
  if (gain) return { gain };
  for (const { spec, remark, at } of activations(values))
    if (agree(values, SAMPLES.map(at))) return { spec, ...(remark !== undefined && { remark }) };
  return undefined;
}

function gainOf(values: Float64Array): Gain | undefined {
  const at = (x: number) => values[SAMPLES.indexOf(x)]!;
  const gain = { scale: (at(5) - at(-5)) / 10, shift: at(0) };
  return agree(
    values,
    SAMPLES.map((x) => gain.scale * x + gain.shift),
  )
    ? gain
    : undefined;
}

const APPROXIMATE =
  'its GELU is the approximation by tanh; ours is the exact one, and the two differ by up to 0.0005 an activation';

function activations(values: Float64Array): { spec: ActivationSpec; at: (x: number) => number; remark?: string }[] {
  const slope = -values[SAMPLES.indexOf(-1)]!;
  const alpha = -values[SAMPLES.indexOf(-33)]!;
  return [
    { spec: { kind: 'relu' }, at: (x) => Math.max(x, 0) },
    { spec: { kind: 'leaky-relu', slope: single(slope) }, at: (x) => (x > 0 ? x : slope * x) },
    { spec: { kind: 'elu', alpha: single(alpha) }, at: (x) => (x > 0 ? x : alpha * Math.expm1(x)) },
    { spec: { kind: 'tanh' }, at: Math.tanh },
    { spec: { kind: 'silu' }, at: (x) => x * sigmoid(x) },
    { spec: { kind: 'softplus' }, at: softplus },
    { spec: { kind: 'gelu' }, at: gelu },
    { spec: { kind: 'gelu' }, at: geluByTanh, remark: APPROXIMATE },
  ];
}

/** Seven digits, which are all that single precision has: 0.2 and not 0.20000000298. */
const single = (value: number) => Number(value.toPrecision(7));

function agree(values: Float64Array, expected: Float64Array): boolean {
  return SAMPLES.every((x, index) => {
    const [value, wanted] = [values[index]!, expected[index]!];
    if (Math.abs(x) > ALWAYS_FINITE && !Number.isFinite(value)) return true;
    return Math.abs(value - wanted) <= 2e-6 + 2e-6 * Math.abs(wanted);
  });
}

export const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
export const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
export const gelu = (x: number) => 0.5 * x * (1 + erf(x * Math.SQRT1_2));
export const geluByTanh = (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

/** To 1.5e-7. Abramowitz & Stegun 1964, 7.1.26. */
export function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const polynomial = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(x) * (1 - polynomial * Math.exp(-x * x));
}
