// `npm run bench:weighting -- [--json FILE]`: by which rule the derivative term is best weighed. The same student, seeds, frames
// and steps on the bundled Breakout play for each rule; held-out metrics at the end, mean and range over seeds.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { loadEngine } from '@distiller/compute';
import { distill, type DistillInputs, type EvaluationMetrics } from '@distiller/distillation';
import { DistillationSpec } from '@distiller/distillation/spec';
import { bundledInputs } from './bundled-inputs.ts';

const RULES = [
  { kind: 'relative', alpha: 1 },
  { kind: 'relative', alpha: 0.3 },
  { kind: 'balanced', alpha: 1 },
  { kind: 'balanced', alpha: 0.3 },
  { kind: 'balanced', alpha: 0.1 },
] as const;
const FRACTIONS = [0.05, 0.25];
const SEEDS = [1, 2, 3];
const STEPS = 400;

/** One run. */
interface Row {
  rule: string;
  alpha: number;
  train_fraction: number;
  seed: number;
  metrics: EvaluationMetrics;
}

const { values } = parseArgs({ options: { json: { type: 'string' } } });
const { reason } = await loadEngine('auto');
console.log(reason);
const rows = await study(await bundledInputs());
console.log(table(rows));
if (values.json) await writeFile(values.json, `${JSON.stringify(rows, null, 1)}\n`);

async function study(inputs: DistillInputs): Promise<Row[]> {
  const rows: Row[] = [];
  const runs = FRACTIONS.flatMap((train_fraction) =>
    SEEDS.flatMap((seed) => RULES.map((weight) => ({ train_fraction, seed, weight }))),
  );
  const startedAtMs = Date.now();
  for (const { train_fraction, seed, weight } of runs) {
    const metrics = await train({ train_fraction, seed, loss: { derivative: { kind: 'vjp', weight } } }, inputs);
    rows.push({ rule: weight.kind, alpha: weight.alpha, train_fraction, seed, metrics });
    const minutesLeft = ((Date.now() - startedAtMs) / rows.length / 60_000) * (runs.length - rows.length);
    console.log(`${rows.length} of ${runs.length}, ${minutesLeft.toFixed(1)} min left: ${JSON.stringify(rows.at(-1))}`);
  }
  return rows;
}

async function train(overrides: object, inputs: DistillInputs): Promise<EvaluationMetrics> {
  const spec = DistillationSpec.parse({
    kind: 'distillation',
    teacher: 'breakout-teacher',
    rollouts: 'breakout-demo',
    batch_size: 64,
    steps: STEPS,
    evaluate_every: STEPS,
    evaluation_frames: 1000,
    jacobian_frames: 100,
    ...overrides,
  });
  let metrics: EvaluationMetrics | undefined;
  for await (const event of distill(spec, inputs)) if (event.type === 'finished') ({ metrics } = event);
  return metrics!;
}

function table(rows: readonly Row[]): string {
  const lines = FRACTIONS.flatMap((fraction) =>
    RULES.map(({ kind, alpha }) => {
      const own = rows.filter((row) => row.train_fraction === fraction && row.rule === kind && row.alpha === alpha);
      const cells = (['kl', 'action_error', 'jacobian_error'] as const).map((name) =>
        spread(own.map(({ metrics }) => metrics[name])),
      );
      return `| ${fraction} | ${kind} | ${alpha} | ${cells.join(' | ')} |`;
    }),
  );
  return [
    '| train_fraction | rule | alpha | kl | action_error | jacobian_error |',
    '|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

function spread(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return `${mean.toFixed(3)} (${Math.min(...values).toFixed(3)}–${Math.max(...values).toFixed(3)})`;
}
