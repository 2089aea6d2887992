import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { layerTable, type NamedTensor, presetLayers } from '../description/index.ts';
import { ACTIONS, EVERY_LAYER, EVERY_LAYER_ROWS, randomWeights, SIZE, STACK } from '../every-layer.fixture.ts';
import { importPolicy } from '../formats/index.ts';
import { exportPolicy } from './index.ts';

function digests(weights: Map<string, NamedTensor>) {
  const sha256 = ({ data }: NamedTensor) => createHash('sha256').update(data).digest('hex');
  return [...weights].map(([name, tensor]) => [name, tensor.shape, sha256(tensor)]);
}

test('a student of every kind of layer, exported as pytorch, can be a teacher: its weights come back bit for bit', async () => {
  const weights = randomWeights(EVERY_LAYER_ROWS);
  const { bytes } = exportPolicy('pytorch', { rows: EVERY_LAYER_ROWS, weights, scale: '1/255', metadata: {} });
  const architecture = { layers: EVERY_LAYER };
  const imported = await importPolicy('pytorch', { bytes, architecture, input: [SIZE, SIZE, STACK], actions: ACTIONS });
  expect(digests(imported.weights)).toEqual(digests(weights));
});

test.each(['cleanrl', 'stable-baselines3'] as const)('so does a student exported for %s', async (kind) => {
  const layers = presetLayers('paper-student', 4);
  const { rows } = layerTable(layers, [84, 84, 4], 4);
  const weights = randomWeights(rows);
  const { bytes } = exportPolicy(kind, { rows, weights, scale: '1/255', metadata: {} });
  const request = { bytes, architecture: { layers }, input: [84, 84, 4] as [number, number, number], actions: 4 };
  const imported = await importPolicy('pytorch', request);
  expect(digests(imported.weights)).toEqual(digests(weights));
});
