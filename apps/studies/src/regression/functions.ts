/** A value and its gradient at one point. */
interface Jet {
  value: number;
  gradient: readonly [dx: number, dy: number];
}

/** A function of two variables on a rectangle. */
export interface TestFunction {
  domain: readonly [x: Range, y: Range];
  at: (x: number, y: number) => Jet;
}
type Range = readonly [from: number, to: number];

const square = (from: number, to: number): TestFunction['domain'] => [
  [from, to],
  [from, to],
];

/** The seven of the paper's regression study (Czarnecki et al. 2017, section 4.1), each with its gradient in closed form. */
export const FUNCTIONS = {
  ackley: { domain: square(-5, 5), at: ackley },
  beale: { domain: square(-4.5, 4.5), at: beale },
  booth: { domain: square(-10, 10), at: booth },
  bukin: {
    domain: [
      [-15, -5],
      [-3, 3],
    ],
    at: bukin,
  },
  mccormick: {
    domain: [
      [-1.5, 4],
      [-3, 4],
    ],
    at: mcCormick,
  },
  rosenbrock: { domain: square(-2, 2), at: rosenbrock },
  'styblinski-tang': { domain: square(-5, 5), at: styblinskiTang },
} satisfies Record<string, TestFunction>;

export type FunctionName = keyof typeof FUNCTIONS;
export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as FunctionName[];

/** −20 e^(−0.2 r) − e^w + e + 20 with r = √((x² + y²) / 2), w = (cos 2πx + cos 2πy) / 2. */
function ackley(x: number, y: number): Jet {
  const r = Math.sqrt((x * x + y * y) / 2);
  const bowl = 20 * Math.exp(-0.2 * r);
  const waves = Math.exp((Math.cos(2 * Math.PI * x) + Math.cos(2 * Math.PI * y)) / 2);
  const along = (z: number) => (r > 0 ? (bowl * 0.1 * z) / r : 0) + waves * Math.PI * Math.sin(2 * Math.PI * z);
  return { value: -bowl - waves + Math.E + 20, gradient: [along(x), along(y)] };
}

/** Σ_k (c_k − x + x y^k)² with c = 1.5, 2.25, 2.625. */
function beale(x: number, y: number): Jet {
  let [value, dx, dy] = [0, 0, 0];
  for (const [index, c] of [1.5, 2.25, 2.625].entries()) {
    const k = index + 1;
    const term = c - x + x * y ** k;
    value += term * term;
    dx += 2 * term * (y ** k - 1);
    dy += 2 * term * x * k * y ** (k - 1);
  }
  return { value, gradient: [dx, dy] };
}

/** (x + 2y − 7)² + (2x + y − 5)². */
function booth(x: number, y: number): Jet {
  const [a, b] = [x + 2 * y - 7, 2 * x + y - 5];
  return { value: a * a + b * b, gradient: [2 * a + 4 * b, 4 * a + 2 * b] };
}

/** Bukin's sixth: 100 √|y − x²/100| + |x + 10| / 100. Its gradient has no bound at y = x²/100. */
function bukin(x: number, y: number): Jet {
  const u = y - 0.01 * x * x;
  const root = Math.sqrt(Math.abs(u));
  const slope = root > 0 ? (50 * Math.sign(u)) / root : 0;
  const value = 100 * root + 0.01 * Math.abs(x + 10);
  return { value, gradient: [-0.02 * x * slope + 0.01 * Math.sign(x + 10), slope] };
}

/** sin(x + y) + (x − y)² − 1.5x + 2.5y + 1. */
function mcCormick(x: number, y: number): Jet {
  const [wave, d] = [Math.cos(x + y), 2 * (x - y)];
  return {
    value: Math.sin(x + y) + (x - y) ** 2 - 1.5 * x + 2.5 * y + 1,
    gradient: [wave + d - 1.5, wave - d + 2.5],
  };
}

/** (1 − x)² + 100 (y − x²)². */
function rosenbrock(x: number, y: number): Jet {
  const u = y - x * x;
  return { value: (1 - x) ** 2 + 100 * u * u, gradient: [-2 * (1 - x) - 400 * x * u, 200 * u] };
}

/** ½ Σ z⁴ − 16 z² + 5 z. */
function styblinskiTang(x: number, y: number): Jet {
  const of = (z: number) => (z ** 4 - 16 * z * z + 5 * z) / 2;
  const slope = (z: number) => 2 * z ** 3 - 16 * z + 2.5;
  return { value: of(x) + of(y), gradient: [slope(x), slope(y)] };
}
