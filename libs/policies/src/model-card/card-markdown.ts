import { type LayerRow } from '../description/layer-table.ts';
import { type CardFacts, type CardMetric, type MetricName, type Source } from './card-facts.ts';

/** The card for people: front matter as model hubs read it, then what somebody asks who is to use the student. */
export function cardMarkdown(facts: CardFacts): string {
  const sections = [frontMatter(facts), summary(facts), quality(facts), contract(facts), files(facts), layers(facts)];
  return [...sections, lineage(facts)].join('\n\n') + '\n';
}

/** Text in quotes of JSON is text in quotes of YAML. */
function frontMatter({ name, contract: { game } }: CardFacts): string {
  const tags = ['atari', ...(game === undefined ? [] : [String(game)]), 'policy-distillation', 'sobolev-training'];
  return [
    '---',
    `model_name: ${JSON.stringify(name)}`,
    'pipeline_tag: reinforcement-learning',
    `tags: [${tags.map((tag) => JSON.stringify(tag)).join(', ')}]`,
    '---',
  ].join('\n');
}

function summary({ name, contract: { game }, loss, lineage, layers, actions }: CardFacts): string {
  const what = `A policy for ${game === undefined ? 'Atari' : `Atari's ${plain(String(game))}`}`;
  return [
    `# ${plain(name)}`,
    '',
    `${what}, distilled from the teacher ${plain(lineage.teacher.name)}: ${count(layers.parameters)} parameters, ` +
      `${count(Math.round(layers.flops / 2))} multiply-adds an observation, ${actions.length} actions. ` +
      `It was trained for ${count(lineage.job.steps)} steps on recorded play, with the loss ${plain(loss)}.`,
  ].join('\n');
}

const METRICS: Record<MetricName, string> = {
  kl: 'KL(teacher ‖ student), nats, mean',
  action_error: 'share of frames on which the most likely actions differ',
  jacobian_error: '‖J_s − J_t‖² / ‖J_t‖² of the log-policies by the pixels',
  return_ratio: "mean episode return in the emulator over the teacher's",
};

function quality({ metrics }: CardFacts): string {
  const rows = (Object.keys(METRICS) as MetricName[]).map((name) => {
    const metric = metrics.find((candidate) => candidate.name === name);
    return [code(name), metric ? measured(metric) : 'not measured', METRICS[name], plain(metric?.over ?? '–')];
  });
  const played = metrics.some(({ name }) => name === 'return_ratio');
  const caution = played
    ? 'Metrics on frames are of frames that were held out of the same rollouts: they tell nothing of other play.'
    : 'It was not played: the metrics are of frames that were held out of the same rollouts, and whether the student scores as its teacher does is not known.';
  return ['## How good it is', '', table(['metric', 'value', 'is', 'over'], rows), '', caution].join('\n');
}

function measured({ value, interval }: CardMetric): string {
  const range = interval ? ` (95 %: ${number(interval[0])} to ${number(interval[1])})` : '';
  return `${number(value)}${range}`;
}

function contract({ contract: fields, contractHash, actions }: CardFacts): string {
  const rows = Object.entries(fields).map(([field, value]) => [code(field), plain(String(value))]);
  return [
    '## What it sees and does',
    '',
    'It answers as it was trained only for observations made in this way, and it has no value head.',
    '',
    table(['observation contract', ''], [...rows, ['sha256', code(contractHash)]]),
    '',
    `Logits, in order: ${actions.map(code).join(', ')}.`,
  ].join('\n');
}

function files({ exports }: CardFacts): string {
  const rows = exports.map(({ kind, file, bytes, sha256, difference }) => [
    plain(kind),
    plain(file),
    count(bytes),
    code(sha256),
    difference === null ? 'not run' : difference.toExponential(1),
  ]);
  if (!rows.length) return '## Files\n\nNo exports were made.';
  const about =
    "The difference is that of a file's logits from the student's, when it was run, relative to the largest logit.";
  return ['## Files', '', about, '', table(['kind', 'file', 'bytes', 'sha256', 'difference'], rows)].join('\n');
}

function layers({ layers: { rows, parameters, flops } }: CardFacts): string {
  const cells = ({ name, spec, outputShape, parameters: own, flops: work }: LayerRow) => [
    name,
    options(spec),
    outputShape.join(' × '),
    count(own),
    count(work),
  ];
  const total = ['**all**', '', '', `**${count(parameters)}**`, `**${count(flops)}**`];
  return ['## Layers', '', table(['layer', 'is', 'gives', 'parameters', 'FLOPs'], [...rows.map(cells), total])].join(
    '\n',
  );
}

function options(spec: LayerRow['spec']): string {
  if (spec.kind === 'residual') return `x + f(x), f: ${spec.layers.map(options).join('; ')}`;
  const { kind, ...rest } = spec;
  return [kind, ...Object.entries(rest).map(([key, value]) => `${key} ${value}`)].join(', ');
}

function lineage({ lineage: { teacher, rollouts, labels, job, seed, versions } }: CardFacts): string {
  const named = (what: string, { name, sha256, detail }: Source) => [
    what,
    plain(detail === undefined ? name : `${name}, ${detail}`),
    code(sha256),
  ];
  const rows = [
    named('teacher', teacher),
    named('rollouts', rollouts),
    labels ? named('labels', labels) : ['labels', 'computed on the way, not kept', '–'],
    ['job', plain(job.id), code(job.specSha256)],
    ['seed', String(seed), '–'],
    ...Object.entries(versions).map(([what, version]) => [plain(what), plain(version), '–']),
  ];
  return ['## Where it comes from', '', table(['', 'is', 'sha256'], rows)].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Names are their givers' text: in Markdown they stay text, in one line and one cell. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>|#~!&]/g, '\\$&');
}

function code(text: string): string {
  return `\`${text.replace(/[\s`|]+/g, ' ')}\``;
}

const count = (value: number) => value.toLocaleString('en-US');

/** Four significant digits. */
const number = (value: number) => String(Number(value.toPrecision(4)));
