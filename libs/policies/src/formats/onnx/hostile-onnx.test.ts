import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { importPolicy } from '../catalogue.ts';
import { FormatError, type ImportedPolicy } from '../imported.ts';
import { FLAT, filled, head, HEAD_WEIGHTS, node, onnxFile, valueInfo } from './graph.fixture.ts';

const open = (bytes: Uint8Array) => importPolicy('onnx', { bytes, input: [8, 8, 2], actions: 3 });

const FILE = readFileSync('test/reference/formats/onnx/residual-torchscript-11.onnx');
const openFile = (bytes: Uint8Array) => importPolicy('onnx', { bytes, input: [36, 36, 4], actions: 6 });

/** Refused, or a policy: nothing else. */
async function outcome(reading: Promise<ImportedPolicy>): Promise<string> {
  try {
    return (await reading).layers.length > 0 ? 'policy' : 'empty';
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return 'refused';
  }
}

test('a file cut anywhere is refused', async () => {
  for (let length = 0; length < FILE.length - 60; length += 61)
    expect(await outcome(openFile(FILE.subarray(0, length))), `${length} bytes`).toBe('refused');
});

test('a file with a bit turned is refused or a policy', async () => {
  const outcomes = new Set<string>();
  // The graph is at the beginning, its weights behind it.
  for (let at = 0; at < FILE.length; at += at < 8000 ? 11 : 307) {
    const broken = Buffer.from(FILE);
    broken[at]! ^= 1 << (at % 8);
    outcomes.add(await outcome(openFile(broken)));
  }
  expect([...outcomes].sort()).toEqual(['policy', 'refused']);
});

const gemm = [FLAT, head('flat')];

test('the small graph of these tests is a policy', async () => {
  const { layers, inputScale } = await open(onnxFile({ node: gemm, initializer: HEAD_WEIGHTS }));
  expect(layers).toEqual([{ kind: 'flatten' }, { kind: 'dense', units: 3 }]);
  expect(inputScale).toBeNull();
});

/** A chain of 100,000 operators from x to the flattening. */
const chain = (opType: string) => [
  ...Array.from({ length: 100_000 }, (_, i) => node(opType, [i === 0 ? 'x' : `v${i - 1}`], [`v${i}`])),
  node('Flatten', ['v99999'], ['flat']),
  head('flat'),
];

test('a graph of 100,000 nodes is read without recursion', async () => {
  const { layers } = await open(onnxFile({ node: chain('Identity'), initializer: HEAD_WEIGHTS }));
  expect(layers.map(({ kind }) => kind)).toEqual(['flatten', 'dense']);
  // ReLU of ReLU is ReLU, and so on: of each 64 there is one layer.
  const refused = open(onnxFile({ node: chain('Relu'), initializer: HEAD_WEIGHTS }));
  await expect(refused).rejects.toThrow('more than 200 layers');
});

const twoHeads = [...gemm, node('Identity', ['y'], ['z'])];

test.each<[string, Uint8Array, { where?: unknown; message: unknown }]>([
  [
    'an operator that is not read',
    onnxFile({
      node: [node('Sin', ['x'], ['s']), node('Flatten', ['s'], ['flat']), head('flat')],
      initializer: HEAD_WEIGHTS,
    }),
    { where: "Sin 's'", message: 'operator Sin is not read' },
  ],
  [
    'an operator named as what every object has',
    onnxFile({ node: [node('constructor', ['x'], ['y'])] }),
    { where: "constructor 'y'", message: 'operator constructor is not read' },
  ],
  [
    'an operator of another domain',
    onnxFile({ node: [{ ...node('Gelu', ['x'], ['y']), domain: 'com.microsoft' }] }),
    { where: "Gelu 'y'", message: 'operator com.microsoft.Gelu is not read' },
  ],
  [
    'a circle',
    onnxFile({ node: [node('Relu', ['b'], ['a']), node('Relu', ['a'], ['b']), node('Identity', ['b'], ['y'])] }),
    { where: expect.stringContaining('Relu'), message: 'depends on its own output' },
  ],
  [
    'a value that two nodes give',
    onnxFile({ node: [...gemm, node('Identity', ['flat'], ['y'])], initializer: HEAD_WEIGHTS }),
    { message: "gives 'y', as another node does" },
  ],
  [
    'a value that no node gives',
    onnxFile({ node: [head('gone')], initializer: HEAD_WEIGHTS }),
    { where: 'gone', message: 'is given by no node' },
  ],
  [
    'weights of another shape',
    onnxFile({ node: gemm, initializer: [filled('weight', [3, 127]), filled('bias', [3])] }),
    { where: "Gemm 'y'", message: 'its weights take 127 inputs and there are 128' },
  ],
  [
    'a weight that is not finite',
    onnxFile({ node: gemm, initializer: [filled('weight', [3, 128], NaN), filled('bias', [3])] }),
    { where: 'weight', message: 'holds a value that is not finite' },
  ],
  [
    'weights in another file',
    onnxFile({
      node: gemm,
      initializer: [
        {
          name: 'weight',
          dims: [3, 128],
          dataType: 1,
          dataLocation: 1,
          externalData: [{ key: 'location', value: '/etc/passwd' }],
        },
        filled('bias', [3]),
      ],
    }),
    { where: 'weight', message: expect.stringContaining("is kept in another file, '/etc/passwd'") },
  ],
  [
    'a shape whose product is no number',
    onnxFile({
      node: gemm,
      initializer: [{ name: 'weight', dims: ['9223372036854775807', 4], dataType: 1 }, filled('bias', [3])],
    }),
    { where: 'weight', message: expect.stringContaining('has shape') },
  ],
  [
    'a shape of four gigabytes',
    onnxFile({
      node: gemm,
      initializer: [
        { name: 'weight', dims: [32_768, 32_768], dataType: 1, rawData: Buffer.alloc(4) },
        filled('bias', [3]),
      ],
    }),
    { where: 'weight', message: 'of shape [32768, 32768] needs 1073741824 numbers of float and has 1' },
  ],
  [
    'a constant that the graph asks for',
    onnxFile({
      node: [
        node('ConstantOfShape', ['size'], ['c']),
        node('Add', ['x', 'c'], ['s']),
        node('Flatten', ['s'], ['flat']),
        head('flat'),
      ],
      initializer: [...HEAD_WEIGHTS, { name: 'size', dims: [2], dataType: 7, int64Data: [1_000_000, 1_000_000] }],
    }),
    { message: 'a constant of shape [1000000, 1000000]' },
  ],
  [
    'constants that multiply',
    onnxFile({
      node: [
        ...Array.from({ length: 1000 }, (_, i) => node('Add', [`c${i}`, 'row'], [`c${i + 1}`])),
        node('Mul', ['x', 'c1000'], ['s']),
        ...[node('Flatten', ['s'], ['flat']), head('flat')],
      ],
      initializer: [...HEAD_WEIGHTS, filled('c0', [2000, 1]), filled('row', [1, 2000])],
    }),
    { message: 'the constants of the graph grow beyond measure' },
  ],
  ['millions of empty parts', manyParts(), { where: 'file', message: 'more than 1000000 parts' }],
  [
    'groups within groups',
    Buffer.alloc(1_000_000, 0x0b),
    { where: 'file', message: expect.stringContaining('no ONNX model') },
  ],
  ['nothing', new Uint8Array(), { where: 'file', message: expect.stringContaining('no ONNX model') }],
  ['opset 8', onnxFile({ node: gemm, initializer: HEAD_WEIGHTS }, 8), { message: expect.stringContaining('opset 8') }],
  [
    'an input of another shape',
    onnxFile({ node: gemm, initializer: HEAD_WEIGHTS, input: [valueInfo('x', [0, 3, 8, 8])] }),
    { where: 'input', message: expect.stringContaining("takes 'x' [0, 3, 8, 8]") },
  ],
  [
    'two outputs that might be the policy',
    onnxFile({ node: twoHeads, initializer: HEAD_WEIGHTS, output: [valueInfo('y', [0, 3]), valueInfo('z', [0, 3])] }),
    { where: 'output', message: "several outputs are as wide as the 3 actions: 'y' [batch, 3], 'z' [batch, 3]" },
  ],
  [
    'no output that might be the policy',
    onnxFile({ node: [FLAT, node('Gemm', ['flat', 'w'], ['y'])], initializer: [filled('w', [128, 5])] }),
    { where: 'output', message: "no output is as wide as the 3 actions: 'y' [batch, 5]" },
  ],
  [
    'a softmax that is not the end',
    onnxFile({ node: [FLAT, node('Softmax', ['flat'], ['p']), head('p')], initializer: HEAD_WEIGHTS }),
    { where: "Gemm 'y'", message: 'input 0 is a softmax and not made from the observation' },
  ],
  [
    'an activation that no layer is',
    onnxFile({
      node: [node('Clip', ['x', '', 'six'], ['c']), node('Flatten', ['c'], ['flat']), head('flat')],
      initializer: [...HEAD_WEIGHTS, filled('six', [], 6)],
    }),
    { where: "Clip 'c'", message: expect.stringContaining('none of the activations') },
  ],
  [
    'branches that are no residual block',
    onnxFile({
      node: [
        FLAT,
        ...['a', 'b'].map((name) => node('Gemm', ['flat', 'weight'], [name], [{ name: 'transB', i: 1 }])),
        node('Add', ['a', 'b'], ['y']),
      ],
      initializer: HEAD_WEIGHTS,
    }),
    { where: "Add 'y'", message: 'adds two branches; only x + f(x) is read, with x as it came' },
  ],
])('%s is refused', async (_title, bytes, refusal) => {
  await expect(open(bytes)).rejects.toMatchObject({ name: 'FormatError', ...refusal });
});

/** A graph of empty nodes: two bytes each. */
function manyParts(): Uint8Array {
  const nodes = Buffer.from([0x0a, 0x00]);
  const graph = Buffer.concat(Array.from({ length: 1100 }, () => Buffer.alloc(2000, nodes)));
  return Buffer.concat([
    Buffer.from([
      0x3a,
      0x80 | (graph.length & 0x7f),
      0x80 | ((graph.length >> 7) & 0x7f),
      0x80 | ((graph.length >> 14) & 0x7f),
      graph.length >> 21,
    ]),
    graph,
  ]);
}
