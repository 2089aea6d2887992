import { expect, test } from 'vitest';
import { layerTable, presetLayers } from '../description/index.ts';
import { type CardFacts } from './card-facts.ts';
import { modelCard } from './model-card.ts';

const digest = (letter: string) => letter.repeat(64);

const FACTS: CardFacts = {
  name: 'breakout-student',
  loss: 'kl + 1 · vjp (relative)',
  lineage: {
    teacher: { name: 'breakout-teacher', sha256: digest('a') },
    rollouts: { name: 'breakout', sha256: digest('b'), detail: '14 episodes, 12,288 frames' },
    job: { id: 'job_1', specSha256: digest('c'), steps: 3000 },
    seed: 7,
    versions: { 'sobolev-distiller': '0.1.0', engine: 'tensorflow 2.21' },
  },
  contract: { game: 'breakout', frame_skip: 4, fire_reset: true, scale: '1/255' },
  contractHash: digest('d'),
  actions: ['NOOP', 'FIRE', 'RIGHT', 'LEFT'],
  layers: layerTable(presetLayers('paper-student', 4), [84, 84, 4], 4),
  metrics: [
    { name: 'kl', value: 0.0123456, over: '3,072 held-out frames' },
    { name: 'action_error', value: 0.05, interval: [0.04, 0.061] },
  ],
  exports: [{ kind: 'onnx', file: 'student.onnx', bytes: 2_710_000, sha256: digest('e'), difference: 4.2e-7 }],
};

const rowsOf = (markdown: string, start: string) =>
  markdown.split('\n').filter((line) => line.startsWith(`| ${start}`));

test('the card says where the student comes from, hash by hash', () => {
  const { markdown, json } = modelCard(FACTS);
  expect(rowsOf(markdown, 'teacher')).toEqual([`| teacher | breakout-teacher | \`${digest('a')}\` |`]);
  expect(rowsOf(markdown, 'rollouts')).toEqual([
    `| rollouts | breakout, 14 episodes, 12,288 frames | \`${digest('b')}\` |`,
  ]);
  expect(rowsOf(markdown, 'labels')).toEqual(['| labels | computed on the way, not kept | – |']);
  expect(rowsOf(markdown, 'job')).toEqual([`| job | job\\_1 | \`${digest('c')}\` |`]);
  expect(json.lineage).toMatchObject({ labels: null, seed: 7, job: { spec_sha256: digest('c'), steps: 3000 } });
});

test('the numbers of the layer table stand in the text and in the table', () => {
  const { markdown, json } = modelCard(FACTS);
  expect(markdown).toContain('677,172 parameters, 2,966,528 multiply-adds an observation, 4 actions');
  expect(rowsOf(markdown, 'conv1')).toEqual([
    '| conv1 | conv, filters 16, kernel 8, stride 4, padding valid | 20 × 20 × 16 | 4,112 | 3,276,800 |',
  ]);
  expect(json.parameters).toBe(677_172);
  expect(json.layers.map(({ name }) => name)).toEqual(FACTS.layers.rows.map(({ name }) => name));
});

test('what was not measured is said to be so, and that it was not played', () => {
  const { markdown } = modelCard(FACTS);
  expect(rowsOf(markdown, '`kl`')[0]).toContain('| 0.01235 |');
  expect(rowsOf(markdown, '`action_error`')[0]).toContain('| 0.05 (95 %: 0.04 to 0.061) |');
  expect(rowsOf(markdown, '`jacobian_error`')[0]).toContain('| not measured |');
  expect(markdown).toContain('whether the student scores as its teacher does is not known');
  const played = modelCard({ ...FACTS, metrics: [{ name: 'return_ratio', value: 0.97, over: '30 episodes' }] });
  expect(rowsOf(played.markdown, '`return_ratio`')[0]).toContain('| 0.97 |');
  expect(played.markdown).not.toContain('is not known');
});

test('an export has its digest and its difference, or that it was not run', () => {
  const row = (difference: number | null) =>
    rowsOf(modelCard({ ...FACTS, exports: [{ ...FACTS.exports[0]!, difference }] }).markdown, 'onnx')[0];
  expect(row(4.2e-7)).toBe(`| onnx | student.onnx | 2,710,000 | \`${digest('e')}\` | 4.2e-7 |`);
  expect(row(null)).toContain('| not run |');
  expect(modelCard({ ...FACTS, exports: [] }).markdown).toContain('No exports were made.');
});

test('names cannot break out of their line, their cell or their quotes', () => {
  const name = 'a | b\n# <script> [x](y) "quoted": `code`';
  const { markdown } = modelCard({
    ...FACTS,
    name,
    lineage: { ...FACTS.lineage, teacher: { name, sha256: digest('a') } },
    actions: ['LE`FT|\n'],
  });
  const lines = markdown.split('\n');
  expect(lines[1]).toBe(`model_name: ${JSON.stringify(name)}`);
  expect(lines).toContain('# a \\| b \\# \\<script\\> \\[x\\](y) "quoted": \\`code\\`');
  expect(rowsOf(markdown, 'teacher')[0]!.match(/(?<!\\)\|/g)).toHaveLength(4);
  expect(lines).toContain('Logits, in order: `LE FT `.');
});

test('the card for programs survives JSON as it is', () => {
  const { json } = modelCard(FACTS);
  expect(JSON.parse(JSON.stringify(json))).toEqual(json);
});
