import { expect, test } from 'vitest';
import { importPolicy } from '../catalogue.ts';
import { FLAT, filled, type GraphJson, head, HEAD_WEIGHTS, node, onnxFile, valueInfo } from './graph.fixture.ts';

const open = (graph: GraphJson, opset?: number) =>
  importPolicy('onnx', { bytes: onnxFile(graph, opset), input: [8, 8, 2], actions: 3 });
const numbersOf = async (graph: GraphJson, name: string) => Array.from((await open(graph)).weights.get(name)!.data);

/** x, one more operator, and the head. */
const before = (nodes: object[], from: string, initializer: object[] = []): GraphJson => ({
  node: [...nodes, node('Flatten', [from], ['flat']), head('flat')],
  initializer: [...HEAD_WEIGHTS, ...initializer],
});

test('a division by 255 is the input scale, before the flattening and behind it', async () => {
  const divisor = filled('divisor', [], 255);
  const first = await open(before([node('Div', ['x', 'divisor'], ['scaled'])], 'scaled', [divisor]));
  const second = await open({
    node: [FLAT, node('Div', ['flat', 'divisor'], ['scaled']), head('scaled')],
    initializer: [...HEAD_WEIGHTS, divisor],
  });
  expect(first.inputScale).toBe('1/255');
  expect(first.weights.get('logits.weight')!.data[0]).toBe(Math.fround(0.01));
  expect(second).toEqual(first);
});

test('of a division by 256 what is not 1/255 is in the weights', async () => {
  const graph = before([node('Div', ['x', 'divisor'], ['scaled'])], 'scaled', [filled('divisor', [], 256)]);
  expect((await open(graph)).inputScale).toBe('1/255');
  expect((await numbersOf(graph, 'logits.weight'))[0]).toBeCloseTo((0.01 * 255) / 256, 8);
});

test('2x − 1 of the observation is in the weights and biases of the first layer', async () => {
  const nodes = [node('Mul', ['x', 'two'], ['double']), node('Sub', ['double', 'one'], ['centred'])];
  const graph = before(nodes, 'centred', [filled('two', [], 2), filled('one', [], 1)]);
  expect((await open(graph)).inputScale).toBeNull();
  expect((await numbersOf(graph, 'logits.weight'))[0]).toBeCloseTo(0.02, 7);
  expect((await numbersOf(graph, 'logits.bias'))[0]).toBeCloseTo(0.01 - 128 * 0.01, 6);
});

test('GELU by tanh is read as GELU, with a remark, as an operator and taken apart', async () => {
  const whole = await open(
    before([node('Gelu', ['x'], ['g'], [{ name: 'approximate', s: Buffer.from('tanh') }])], 'g'),
    20,
  );
  const parts = await open(
    before(
      [
        node('Pow', ['x', 'three'], ['cube']),
        node('Mul', ['cube', 'a'], ['small']),
        node('Add', ['x', 'small'], ['sum']),
        node('Mul', ['sum', 'b'], ['inner']),
        node('Tanh', ['inner'], ['tanh']),
        node('Add', ['tanh', 'one'], ['more']),
        node('Mul', ['x', 'half'], ['less']),
        node('Mul', ['less', 'more'], ['g']),
      ],
      'g',
      [
        ...[filled('three', [], 3), filled('a', [], 0.044715), filled('b', [], Math.sqrt(2 / Math.PI))],
        ...[filled('one', [], 1), filled('half', [], 0.5)],
      ],
    ),
  );
  expect(whole.layers[0]).toEqual({ kind: 'gelu' });
  expect(parts.layers).toEqual(whole.layers);
  for (const { remarks } of [whole, parts]) expect(remarks).toEqual([expect.stringContaining('approximation by tanh')]);
});

test('of two activations in a row both are read', async () => {
  const nodes = [node('Tanh', ['x'], ['t']), node('Sigmoid', ['t'], ['s']), node('Mul', ['t', 's'], ['silu'])];
  const { layers } = await open(before([...nodes, node('Relu', ['silu'], ['r'])], 'r'));
  expect(layers.slice(0, 3)).toEqual([{ kind: 'tanh' }, { kind: 'silu' }, { kind: 'relu' }]);
});

test('a PReLU of one slope is a leaky ReLU, and of several is refused', async () => {
  const graph = (slope: object) => before([node('PRelu', ['x', 'slope'], ['p'])], 'p', [slope]);
  expect((await open(graph(filled('slope', [2, 1, 1], 0.25)))).layers[0]).toEqual({ kind: 'leaky-relu', slope: 0.25 });
  const uneven = { name: 'slope', dims: [2, 1, 1], dataType: 1, floatData: [0.25, 0.5] };
  await expect(open(graph(uneven))).rejects.toMatchObject({ where: "PRelu 'p'" });
});

test('a mean of all pixels is a pool', async () => {
  const weights = [filled('weight', [3, 2]), filled('bias', [3])];
  const { layers } = await open({
    node: [node('GlobalAveragePool', ['x'], ['mean']), node('Squeeze', ['mean', 'axes'], ['flat']), head('flat')],
    initializer: [...weights, { name: 'axes', dims: [2], dataType: 7, int64Data: [2, 3] }],
  });
  expect(layers[0]).toEqual({ kind: 'average-pool', size: 8, stride: 8, padding: 0 });
});

test('weights of every type are the same numbers', async () => {
  // 1.5 in bfloat16 and half precision: 0x3fc0 and 0x3e00.
  const size = 3 * 128;
  const types = [
    { dataType: 1, floatData: new Array<number>(size).fill(1.5) },
    { dataType: 1, rawData: Buffer.from(new Float32Array(size).fill(1.5).buffer) },
    { dataType: 11, rawData: Buffer.from(new Float64Array(size).fill(1.5).buffer) },
    { dataType: 11, doubleData: new Array<number>(size).fill(1.5) },
    { dataType: 10, rawData: Buffer.from(new Uint16Array(size).fill(0x3e00).buffer) },
    { dataType: 10, int32Data: new Array<number>(size).fill(0x3e00) },
    { dataType: 16, rawData: Buffer.from(new Uint16Array(size).fill(0x3fc0).buffer) },
    { dataType: 16, int32Data: new Array<number>(size).fill(0x3fc0) },
  ];
  for (const type of types) {
    const initializer = [{ name: 'weight', dims: [3, 128], ...type }, filled('bias', [3])];
    const numbers = await numbersOf({ node: [FLAT, head('flat')], initializer }, 'logits.weight');
    expect(new Set(numbers), `type ${type.dataType}`).toEqual(new Set([1.5]));
  }
});

test('an input whose lengths are left open is taken channels first or last, whichever goes through', async () => {
  const kernel = [filled('kernel', [4, 2, 8, 8]), filled('weight', [3, 4]), filled('bias', [3])];
  const rest = [node('Conv', ['chw', 'kernel'], ['c']), node('Flatten', ['c'], ['flat']), head('flat')];
  const last = [node('Transpose', ['x'], ['chw'], [{ name: 'perm', ints: [0, 3, 1, 2] }]), ...rest];
  const first = [node('Identity', ['x'], ['chw']), ...rest];
  for (const nodes of [first, last]) {
    const { layers } = await open({ node: nodes, initializer: kernel, input: [valueInfo('x', [0, 0, 0, 0])] });
    expect(layers.map(({ kind }) => kind)).toEqual(['conv', 'flatten', 'dense']);
  }
});

test('the temperature divides the logits', async () => {
  const request = {
    bytes: onnxFile({ node: [FLAT, head('flat')], initializer: HEAD_WEIGHTS }),
    actions: 3,
    temperature: 4,
  };
  const { weights } = await importPolicy('onnx', { ...request, input: [8, 8, 2] });
  expect(weights.get('logits.weight')!.data[0]).toBeCloseTo(0.0025, 8);
});
