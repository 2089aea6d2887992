import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { layerTable, presetLayers } from '../description/index.ts';
import { EVERY_LAYER_ROWS, randomWeights } from '../every-layer.fixture.ts';
import { openArchive } from '../formats/archive.ts';
import { ExportError, ExportKind, exportPolicy, type ExportRequest } from './index.ts';

const metadata = { actions: '["NOOP","LEFT","RIGHT"]', contract_hash: 'abc', observation: '{"game":"pöng"}' };

function student(preset: Parameters<typeof presetLayers>[0]): ExportRequest {
  const { rows } = layerTable(presetLayers(preset, 4), [84, 84, 4], 4);
  return { rows, weights: randomWeights(rows), scale: '1/255', metadata };
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function entry(bytes: Uint8Array, name: string): Promise<string> {
  return new TextDecoder().decode(await (await openArchive(bytes)).read(name));
}

test.each(ExportKind.options)('%s: the same student makes the same bytes, wherever and in whatever order', (kind) => {
  const request = student('rusu-4');
  const shuffled = { ...request, weights: new Map([...request.weights].reverse()) };
  const zone = process.env['TZ'];
  const sums = ['UTC', 'Pacific/Auckland', 'America/Los_Angeles'].map((name) => {
    process.env['TZ'] = name;
    return sha256(exportPolicy(kind, shuffled).bytes);
  });
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
  expect(new Set([...sums, sha256(exportPolicy(kind, request).bytes)]).size).toBe(1);
});

test.each(ExportKind.options)('%s: a weight that is not finite is refused by its name', (kind) => {
  const request = student('rusu-4');
  request.weights.get('conv2.bias')!.data[3] = Infinity;
  expect(() => exportPolicy(kind, request)).toThrow("tensor 'conv2.bias' holds a value that is not finite");
});

test('each export is larger than its weights by less than 5 KB, and than 16 KB of zeros and entries for the agents', () => {
  const request = student('nature');
  for (const kind of ExportKind.options) {
    const extra = exportPolicy(kind, request).bytes.byteLength - 1_686_180 * 4;
    expect(extra).toBeGreaterThan(0);
    expect(extra).toBeLessThan(kind === 'cleanrl' || kind === 'stable-baselines3' ? 16_000 : 5_000);
  }
});

test('the metadata travel in every format', async () => {
  const request = { ...student('rusu-4'), metadata };
  const bytes = (kind: ExportKind) => exportPolicy(kind, request).bytes;
  const json = JSON.parse(await entry(bytes('tfjs'), 'model.json')) as { userDefinedMetadata: unknown };
  expect(json.userDefinedMetadata).toEqual(metadata);
  for (const kind of ['pytorch', 'cleanrl', 'stable-baselines3'] as const)
    expect(JSON.parse(await entry(bytes(kind), 'student/extra/metadata.json'))).toEqual(metadata);
  for (const text of Object.entries(metadata).flat())
    expect(Buffer.from(bytes('onnx')).includes(Buffer.from(text))).toBe(true);
});

test.each(['cleanrl', 'stable-baselines3'] as const)('%s: a network that its agent has not is refused', (kind) => {
  const refusal = (request: ExportRequest) => {
    try {
      exportPolicy(kind, request);
      return undefined;
    } catch (error) {
      expect(error).toBeInstanceOf(ExportError);
      return (error as ExportError).message;
    }
  };
  expect(refusal(student('impala'))).toContain(`${kind}: the agent has convolutions without padding`);
  expect(refusal(student('impala'))).toContain("layer 'conv1' does not fit there");
  const named = (layers: string) => refusal(chain(layers));
  expect(named('conv tanh flatten dense relu logits')).toContain("layer 'tanh1' does not fit");
  expect(named('conv relu conv flatten dense relu logits')).toContain("layer 'conv2' does not fit");
  expect(named('conv relu flatten dense logits')).toContain("layer 'dense' does not fit");
  expect(named('conv relu flatten logits')).toContain('no hidden dense layer');
  expect(named('flatten dense relu dense relu logits')).toBeUndefined();
});

function chain(layers: string): ExportRequest {
  const specs = {
    conv: { kind: 'conv', filters: 2, kernel: 3, stride: 2, padding: 'valid' },
    dense: { kind: 'dense', units: 5 },
    logits: { kind: 'dense', units: 3 },
    flatten: { kind: 'flatten' },
    relu: { kind: 'relu' },
    tanh: { kind: 'tanh' },
  } as const;
  const { rows } = layerTable(
    layers.split(' ').map((name) => specs[name as keyof typeof specs]),
    [12, 12, 2],
    3,
  );
  return { rows, weights: randomWeights(rows), scale: '1', metadata: {} };
}

test('a network of every kind of layer can be had as onnx, tfjs and pytorch', () => {
  const request = { rows: EVERY_LAYER_ROWS, weights: randomWeights(EVERY_LAYER_ROWS), scale: '1', metadata } as const;
  for (const kind of ['onnx', 'tfjs', 'pytorch'] as const)
    expect(exportPolicy(kind, request).bytes.byteLength).toBeGreaterThan(5_000);
});
