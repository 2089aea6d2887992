import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { type Architecture } from '../description/index.ts';
import { FormatError, type ImportedPolicy, importPolicy, type ImportRequest, type TeacherFormat } from './index.ts';
import {
  floats,
  int,
  pickle,
  replaced,
  statePickle,
  stateZip,
  torchZip,
  unicode,
  type Written,
  zipOf,
} from './torch-file.fixture.ts';

const folder = 'test/reference/formats';
const tiny: Architecture = { layers: [{ kind: 'flatten' }, { kind: 'dense', units: 2 }] };
const small: Omit<ImportRequest, 'bytes'> = { architecture: tiny, input: [1, 1, 3], actions: 2 };
const large: Omit<ImportRequest, 'bytes'> = { input: [44, 52, 4], actions: 4 };

const weight: Written = { name: 'fc.weight', shape: [2, 3], data: floats(1, 2, 3, 4, 5, 6) };
const bias: Written = { name: 'fc.bias', shape: [2], data: floats(7, 8) };

const readTiny = (bytes: Uint8Array) => importPolicy('pytorch', { bytes, ...small });

async function refusal(work: Promise<ImportedPolicy>): Promise<FormatError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FormatError);
  return error as FormatError;
}

test('a state dict as the fixture writes it is read', async () => {
  const { weights } = await readTiny(await stateZip([weight, bias]));
  expect([...weights.get('logits.weight')!.data]).toEqual([1, 2, 3, 4, 5, 6]);
  expect([...weights.get('logits.bias')!.data]).toEqual([7, 8]);
});

const stackGlobal = (module: string, name: string) => [unicode(module), unicode(name), Buffer.from([0x93])];

test.each([
  ['os.system', ['cos\nsystem\n(', unicode('true'), 'tR']],
  ['builtins.eval', ['cbuiltins\neval\n(', unicode('1'), 'tR']],
  ['posix.system', [...stackGlobal('posix', 'system'), ')R']],
  ['collections.OrderedDict.fromkeys', [...stackGlobal('collections', 'OrderedDict.fromkeys')]],
  ['torch.load', ['ctorch\nload\n']],
  ['torch.storage._load_from_bytes', ['ctorch.storage\n_load_from_bytes\n']],
  ['__main__.Agent', ['c__main__\nAgent\n', ')', Buffer.from([0x81])]],
  ['torch.__proto__Storage', ['ctorch\n__proto__Storage\n']],
])('the name %s is refused, and the error says it', async (name, opcodes) => {
  const error = await refusal(readTiny(await torchZip(pickle(...opcodes))));
  expect(error.message).toContain(name);
  expect(error.where).toBe('archive/data.pkl');
});

test.each([
  ['NEWOBJ', [Buffer.from([0x81])]],
  ['INST', ['(ios\nsystem\n']],
  ['OBJ', ['(o']],
  ['EXT1', [Buffer.from([0x82, 1])]],
  ['0xff', [Buffer.from([0xff])]],
])('opcode %s is refused, and the error says it', async (name, opcodes) => {
  expect((await refusal(readTiny(await torchZip(pickle(...opcodes))))).message).toContain(`opcode ${name} `);
});

test('a whole module of a real file is refused with the class that it would need', async () => {
  const bytes = await readFile(`${folder}/cleanrl-module.pt`);
  const { message } = await refusal(importPolicy('pytorch', { bytes, ...large }));
  expect(message).toContain('__main__.Agent');
  expect(message).toContain('state_dict()');
});

test.each([
  ['a call of what is no name', [int(1), ')R'], 'calls what is no name'],
  ['a call of a type', ['ctorch\nFloatStorage\n', ')R'], 'which is no function'],
  ['an empty stack', ['R'], 'empty stack'],
  ['no mark', ['t'], 'no mark'],
  ['an unknown memo', [Buffer.from('h\x05')], 'recalls 5'],
  ['a key without a value', ['}(', int(1), 'u'], 'without a value'],
  ['a state given to a list', [']', '}b'], 'BUILD'],
  ['values left over', ['NN'], 'leaves values over'],
  ['a text of four gigabytes', [Buffer.from([0x58, 0xff, 0xff, 0xff, 0xff])], 'ends at byte'],
  ['a text of 2⁶³ bytes', [Buffer.from([0x8d, 0, 0, 0, 0, 0, 0, 0, 0x80])], 'ends at byte'],
  ['a persistent id that is a module', ['(', unicode('module'), 'tQ'], 'other than a storage'],
  ['an OrderedDict of a list', ['ccollections\nOrderedDict\n', '(]tR'], 'with arguments'],
  ['a quarter of a million opcodes and more', ['N0'.repeat(125_001)], 'more than 250000 opcodes'],
  ['a list that contains itself', [']', Buffer.from('q\x00'), 'h\x00', 'a'], 'no dictionary'],
  ['a hundred thousand tuples in each other', ['N', Buffer.alloc(100_000, 0x85)], 'no dictionary'],
])('%s is refused', async (_title, opcodes, message) => {
  expect((await refusal(readTiny(await torchZip(pickle(...opcodes))))).message).toContain(message);
});

test.each([
  ['numbers beyond the storage', { offset: 1 }, 'not within its 6 numbers'],
  ['strides beyond the storage', { stride: [3, 2] }, 'not within its 6 numbers'],
  ['four gigabytes from stride 0', { shape: [2 ** 30, 3], stride: [0, 1] }, 'not within its 6 numbers'],
  ['a negative offset', { offset: -1 }, 'other than storage'],
  ['a negative stride', { stride: [-3, 1] }, 'other than storage'],
  ['fewer strides than sizes', { stride: [1] }, 'other than storage'],
  ['a storage of four gigabytes in 24 bytes', { elements: 2 ** 30 }, '4294967296 bytes and has 24'],
  ['a storage of another size', { elements: 7 }, '28 bytes and has 24'],
  ['a storage of −1 numbers', { elements: -1 }, 'declares -1 numbers'],
  ['whole numbers', { type: 'IntStorage' }, 'IntStorage is read'],
])('a tensor of %s is refused', async (_title, change, message) => {
  const { message: said } = await refusal(readTiny(await stateZip([{ ...weight, ...change }, bias])));
  if (message === 'IntStorage is read') expect(said).toContain("'fc.weight' is I32");
  else expect(said).toContain(message);
});

test.each([NaN, Infinity, -Infinity])('a weight of %d is refused with the name of its tensor', async (value) => {
  const error = await refusal(readTiny(await stateZip([{ ...weight, data: floats(1, 2, 3, 4, value, 6) }, bias])));
  expect(error.where).toBe('fc.weight');
  expect(error.message).toContain('not finite');
});

test.each([
  ['a wrong shape', [{ ...weight, shape: [3, 2] }, bias], '1 of shape [2, 3] needed (logits) and 0 in the file'],
  [
    'a wrong bias',
    [weight, { ...bias, shape: [1], data: floats(1) }],
    "'fc.bias' has shape [1]; logits.bias needs [2]",
  ],
  ['two candidates', [weight, bias, { ...weight, name: 'other.weight' }], 'ambiguous which tensors are meant'],
  ['a batch norm', [weight, bias, { ...bias, name: 'bn.running_mean' }], 'bn.running_mean [2]'],
  ['a layer too many', [weight, bias, { ...bias, shape: [2, 1], name: 'b.weight' }], 'belong to no layer'],
  ['nothing', [], 'no tensors'],
  ['a name of a thousand letters', [weight, { ...bias, name: 'b'.repeat(1000) }], 'has 1000 characters'],
])('a state dict with %s is refused with its tensors', async (_title, tensors, message) => {
  expect((await refusal(readTiny(await stateZip(tensors)))).message).toContain(message);
});

test('a critic and a target network are left aside, and a bias that is missing is zero', async () => {
  const beside = ['critic.0', 'target_network.fc', 'value_net'].map((name) => ({ ...weight, name: `${name}.weight` }));
  const { weights, remarks } = await readTiny(await stateZip([...beside, weight]));
  expect([...weights.get('logits.bias')!.data]).toEqual([0, 0]);
  expect(remarks.join()).toMatch(/bias, so it is zero: fc.*left aside.*critic.0.weight \[2, 3\]/);
});

test('what DataParallel and torch.compile put before every name is taken off', async () => {
  const [wrapped, other] = [weight, bias].map((tensor) => ({ ...tensor, name: `_orig_mod.module.${tensor.name}` }));
  const { remarks } = await readTiny(await stateZip([wrapped!, other!]));
  expect(remarks.join()).toContain('logits = fc');
});

test('the state dict is found among a checkpoint’s items only where there is one', async () => {
  const dict = statePickle([weight, bias]).subarray(2, -1);
  const of = (...keys: string[]) =>
    torchZip(pickle('}(', ...keys.flatMap((key) => [unicode(key), dict]), 'u'), [weight.data, bias.data]);
  await readTiny(await of('anything'));
  await readTiny(await of('target_network', 'q'));
  await readTiny(await of('ema', 'state_dict'));
  expect((await refusal(readTiny(await of('a', 'b')))).message).toContain("several state dicts: 'a', 'b'");
});

test.each([
  ['big-endian numbers', () => stateZip([weight, bias], { 'archive/byteorder': 'big' }), "order is 'big'"],
  ['a TorchScript program', () => stateZip([weight, bias], { 'archive/constants.pkl': '' }), 'TorchScript'],
  ['no data.pkl', () => zipOf([['a', floats(1)]]), 'no data.pkl'],
  ['no zip and no pickle', () => Promise.resolve(Buffer.from('hello, world')), 'no pickle'],
  ['no bytes', () => Promise.resolve(Buffer.alloc(0)), 'ends at byte 0'],
  ['another pickle', () => Promise.resolve(pickle('N')), 'torch.save did not write it'],
])('a file with %s is refused', async (_title, file, message) => {
  expect((await refusal(readTiny(await file()))).message).toContain(message);
});

const renamed = async (name: string) => {
  const stored = `archive/${'x'.repeat(name.length - 8)}`;
  return replaced(await stateZip([weight, bias], { [stored]: 'x' }), stored, name);
};
const zeros = Buffer.alloc(20_000_000);
/** A bomb whose directory declares another size. */
async function declaring(size: number): Promise<Buffer> {
  const bytes = await zipOf([['archive/data.pkl', zeros]], true);
  const directory = bytes.lastIndexOf('PK\x01\x02', undefined, 'latin1');
  bytes.writeUInt32LE(size, directory + 24);
  return bytes;
}

test.each([
  ['a name that leads out of it', () => renamed('../../etc/passwd'), 'invalid relative path'],
  ['an absolute name', () => renamed('/archive/etc/passwd'), 'absolute path'],
  ['a name that stands twice', () => renamed('archive/data/0'), 'stands twice'],
  ['a bomb', () => zipOf([['archive/data.pkl', zeros]], true), 'a zip bomb'],
  ['a bomb that hides its size', () => declaring(1000), 'larger than'],
  ['four gigabytes declared', () => declaring(0xfffffffe), 'unpacked are more than'],
])('a zip file with %s is refused', async (_title, file, message) => {
  expect((await refusal(readTiny(await file()))).message).toContain(message);
});

const policyOf = (state: Uint8Array, data: unknown = {}) =>
  zipOf([
    ['data', Buffer.from(typeof data === 'string' ? data : JSON.stringify(data))],
    ['policy.pth', state],
  ]);
const action: Written[] = [
  { ...weight, name: 'action_net.weight' },
  { ...bias, name: 'action_net.bias' },
];

test.each([
  ['no policy.pth', () => zipOf([['data', Buffer.from('{}')]]), 'no policy.pth'],
  ['data that is no JSON', async () => policyOf(await stateZip(action), '{'), 'not the JSON'],
  ['18 actions', async () => policyOf(await stateZip(action), { action_space: { n: '18' } }), '18 actions, and 2'],
  [
    'a continuous action space',
    async () => policyOf(await stateZip(action), { action_space: { ':type:': 'Box' } }),
    'must be discrete',
  ],
  [
    'other images',
    async () => policyOf(await stateZip(action), { observation_space: { _shape: [4, 84, 84] } }),
    'observes [4, 84, 84], and [3, 1, 1]',
  ],
  [
    'an unknown activation',
    async () => policyOf(await stateZip(action), { policy_kwargs: { activation_fn: 'Mish' } }),
    'Mish is not among',
  ],
  [
    'a recurrent policy',
    async () => policyOf(await stateZip([...action, { ...bias, name: 'lstm_actor.bias_ih_l0' }])),
    'lstm_actor.bias_ih_l0 [2]',
  ],
  ['no policy of ours', async () => policyOf(await stateZip([weight, bias])), 'neither action_net'],
])('a Stable-Baselines3 file with %s is refused', async (_title, file, message) => {
  const error = await refusal(importPolicy('stable-baselines3', { bytes: await file(), ...small }));
  expect(error.message).toContain(message);
});

test('a features extractor that is not the Nature CNN must be described, and then is read', async () => {
  const kwargs = { policy_kwargs: { features_extractor_class: "<class '__main__.Mine'>" } };
  const bytes = await policyOf(await stateZip(action), kwargs);
  const { architecture, ...without } = small;
  expect((await refusal(importPolicy('stable-baselines3', { bytes, ...without }))).message).toContain('__main__.Mine');
  const { weights } = await importPolicy('stable-baselines3', {
    bytes,
    ...without,
    ...(architecture && { architecture }),
  });
  expect([...weights.get('logits.bias')!.data]).toEqual([7, 8]);
});

test('safetensors whose names do not say the order of layers of one shape are refused', async () => {
  const bytes = await readFile(`${folder}/cleanrl-impala.safetensors`);
  const same = { kind: 'conv', filters: 4, kernel: 3, stride: 1, padding: 'same' } as const;
  const architecture: Architecture = { layers: [same, same, { kind: 'flatten' }, { kind: 'dense', units: 4 }] };
  const error = await refusal(importPolicy('safetensors', { bytes, ...large, architecture }));
  expect(error.message).toMatch(/ambiguous.*network\.0\.conv\.weight \[4, 4, 3, 3\]/);
});

const real: [name: string, format: TeacherFormat, checksums: boolean][] = [
  ['sb3-a2c.zip', 'stable-baselines3', true],
  ['cleanrl-ppo.pt', 'pytorch', true],
  ['cleanrl-ppo-legacy.pt', 'pytorch', false],
];

/** A policy's layers and its weights bit for bit. */
const fingerprint = ({ layers, weights }: ImportedPolicy) =>
  JSON.stringify([layers, [...weights].map(([name, { data }]) => [name, Buffer.from(data.buffer).toString('base64')])]);

test.each(real)('%s cut anywhere is refused', async (name, format) => {
  const bytes = await readFile(`${folder}/${name}`);
  for (let length = 0; length < bytes.length; length += 1 + Math.floor(length / 40))
    await refusal(importPolicy(format, { bytes: bytes.subarray(0, length), ...large }));
  await refusal(importPolicy(format, { bytes: bytes.subarray(0, -1), ...large }));
});

test.each(real)(
  'a bit of %s flipped anywhere is noticed, or harmless, or in a number without a checksum',
  async (name, format, checksums) => {
    const original = await readFile(`${folder}/${name}`);
    const expected = await importPolicy(format, { bytes: original, ...large });
    for (const bit of someBits(original.length)) {
      const bytes = Buffer.from(original);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      const read = await importPolicy(format, { bytes, ...large }).catch((error: unknown) => error);
      if (read instanceof FormatError) continue;
      const { layers, weights } = read as ImportedPolicy;
      if (checksums) expect(fingerprint(read as ImportedPolicy) === fingerprint(expected), `bit ${bit}`).toBe(true);
      // Without checksums numbers may be others, but nothing else.
      else expect([layers, [...weights.keys()]]).toEqual([expected.layers, [...expected.weights.keys()]]);
    }
  },
);

/** Four hundred bits all over a file and four hundred in its last two thousand bytes, where a zip file has its directory. */
function someBits(length: number): number[] {
  const everywhere = Array.from({ length: 400 }, (_, index) => Math.floor((index * length * 8) / 400) + (index % 8));
  const atTheEnd = Array.from({ length: 400 }, (_, index) => length * 8 - 1 - index * 41);
  return [...everywhere, ...atTheEnd].filter((bit) => bit >= 0 && bit < length * 8);
}
