import { type Client } from '@distiller/client';
import { type Row } from './table.ts';

/** One metric of both jobs over their steps. */
interface Panel {
  title: string;
  curves: Curve[];
}

interface Curve {
  loss: Row['loss'];
  points: readonly (readonly [step: number, value: number])[];
}

const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM] = [360, 210, 44, 34, 28];
const LABELS: Record<Row['loss'], string> = { kl: 'plain KL', sobolev: 'Sobolev' };
/** Okabe and Ito's orange and blue; the dash tells them apart without colour. */
const STROKES: Record<Row['loss'], string> = {
  kl: 'stroke="#d55e00" stroke-dasharray="6 4"',
  sobolev: 'stroke="#0072b2"',
};

/** Held-out `kl` and `jacobian_error` of the demo's jobs over their steps, as an SVG for light and dark pages. */
export async function drawFigure(client: Client, jobs: Record<Row['loss'], { id: string }>): Promise<string> {
  const [kl, sobolev] = [await evaluations(client, jobs.kl.id), await evaluations(client, jobs.sobolev.id)];
  const panel = (name: 'kl' | 'jacobian_error', title: string): Panel => ({
    title,
    curves: [
      { loss: 'kl', points: kl[name] },
      { loss: 'sobolev', points: sobolev[name] },
    ],
  });
  const panels = [
    panel('kl', 'held-out KL(teacher ‖ student), nats'),
    panel('jacobian_error', 'held-out Jacobian error'),
  ];
  const style = 'text{font:12px sans-serif;fill:#24292f}@media(prefers-color-scheme:dark){text{fill:#d0d7de}}';
  const drawn = panels.map((each, index) => `<g transform="translate(${index * (WIDTH + 20)})">${drawPanel(each)}</g>`);
  const size = `width="${2 * WIDTH + 20}" height="${HEIGHT}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img"><style>${style}</style>\n${drawn.join('\n')}\n</svg>\n`;
}

async function evaluations(client: Client, id: string) {
  const { data } = await client.jobs.metrics(id, { names: ['kl', 'jacobian_error'] });
  const series = (name: string) => {
    const { steps, values } = data.find((each) => each.name === name) ?? { steps: [], values: [] };
    return steps.map((step, index) => [step, values[index] ?? NaN] as const);
  };
  return { kl: series('kl'), jacobian_error: series('jacobian_error') };
}

function drawPanel({ title, curves }: Panel): string {
  const all = curves.flatMap(({ points }) => points);
  const [maxStep, maxValue] = [0, 1].map((axis) => Math.max(...all.map((point) => point[axis]!))) as [number, number];
  const [bottom, right] = [HEIGHT - BOTTOM, WIDTH - 70];
  const x = (step: number) => LEFT + (step / maxStep) * (right - LEFT);
  const y = (value: number) => bottom - (value / (1.08 * maxValue)) * (bottom - TOP);
  const axes = `<path d="M${LEFT} ${TOP}V${bottom}H${right}" fill="none" stroke="#8c959f"/>`;
  const ticks = [0, 0.5, 1].map((share) => tick(share * maxValue, LEFT - 6, y(share * maxValue)));
  const steps = `<text x="${right}" y="${HEIGHT - 8}" text-anchor="end">${maxStep} steps</text>`;
  const lines = curves.map(({ loss, points }) => {
    const path = points.map(([step, value]) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
    const [lastStep, last] = points.at(-1) ?? [0, 0];
    const label = `<text x="${x(lastStep) + 6}" y="${y(last) + 4}">${LABELS[loss]}</text>`;
    return `<polyline points="${path}" fill="none" stroke-width="2.5" ${STROKES[loss]}/>${label}`;
  });
  return [`<text x="${LEFT}" y="18">${title}</text>`, axes, ...ticks, steps, ...lines].join('\n');
}

function tick(value: number, x: number, y: number): string {
  return `<text x="${x}" y="${y + 4}" text-anchor="end">${Number(value.toPrecision(2))}</text>`;
}
