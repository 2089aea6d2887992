/**
 * Real files of every format: how far an imported policy's logits are from those of the library that wrote the file, and an
 * exported one's, run by the library that it is for, from the policy's own.
 *
 *     npm run formats [-- --make PYTHON]
 *
 * The files are those of test/reference/formats, or, with a python that has the packages of the *-requirements.txt beside this
 * file, made anew by the generate_*.py.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type Architecture,
  layerTable,
  type NamedTensor,
  presetLayers,
  readSafetensors,
  referenceLogits,
} from '@distiller/policies/description';
import { checkExport } from '@distiller/policies/export-checks';
import { ExportError, ExportKind, exportPolicy } from '@distiller/policies/exports';
import { importPolicy, type TeacherFormat } from '@distiller/policies/formats';
import { makeTfjsModel } from '../../libs/policies/src/formats/tfjs/made-model.fixture.ts';
import { randomPixels, randomWeights } from '../../libs/policies/src/every-layer.fixture.ts';

const TORCH = { input: [44, 52, 4], actions: 4, outputs: 'torch.safetensors' } as const;
const ONNX = { input: [36, 36, 4], actions: 6, outputs: 'onnx/onnx.safetensors' } as const;
const KERAS = { input: [36, 36, 4], actions: 6, outputs: 'keras/keras.safetensors' } as const;

interface Made {
  input: readonly [number, number, number];
  actions: number;
  outputs: string;
}

/** Of cleanrl-ppo.safetensors, which holds weights only. */
const NARROW: Architecture = {
  layers: [
    ...conv(8, 8, 4),
    ...conv(16, 4, 2),
    ...conv(16, 3, 1),
    { kind: 'flatten' },
    { kind: 'dense', units: 32 },
    { kind: 'relu' },
    { kind: 'dense', units: 4 },
  ],
};

/** One file a format and a way of writing it; what all of them are, the tests of libs/policies know. */
const FILES: [file: string, format: TeacherFormat, made: Made, output?: string][] = [
  ['sb3-ppo.zip', 'stable-baselines3', TORCH],
  ['sb3-a2c.zip', 'stable-baselines3', TORCH],
  ['sb3-dqn.zip', 'stable-baselines3', TORCH],
  ['sb3-qrdqn.zip', 'stable-baselines3', TORCH],
  ['cleanrl-ppo.pt', 'pytorch', TORCH],
  ['cleanrl-ppo-legacy.pt', 'pytorch', TORCH],
  ['cleanrl-ppo.safetensors', 'safetensors', TORCH],
  ['onnx/nature-torchscript-11.onnx', 'onnx', ONNX],
  ['onnx/nature-dynamo-18.onnx', 'onnx', ONNX],
  ['onnx/padded-torchscript-17.onnx', 'onnx', ONNX],
  ['onnx/scaled-dynamo-20.onnx', 'onnx', ONNX],
  ['keras/nature.keras', 'keras', KERAS, 'nature'],
  ['keras/nature.h5', 'keras', KERAS, 'nature'],
  ['keras/functional.keras', 'keras', KERAS, 'functional'],
];

const { values } = parseArgs({ options: { make: { type: 'string' } } });
const folder = values.make === undefined ? 'test/reference/formats' : make(values.make);
console.log('| imported | written by its own library | largest difference | largest logit |\n| - | - | - | - |');
for (const file of FILES) console.log(await imported(...file));
console.log(await importedTfjs());
console.log('\n| exported | student | largest difference, relative |\n| - | - | - |');
for (const student of ['paper-student', 'nature', 'impala'] as const)
  for (const kind of ExportKind.options) console.log(await exported(kind, student));

function make(python: string): string {
  const target = mkdtempSync(join(tmpdir(), 'formats-'));
  for (const script of ['torch', 'onnx', 'keras']) {
    execFileSync(python, [`test/formats/generate_${script}.py`, target], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return target;
}

async function imported(file: string, format: TeacherFormat, made: Made, output?: string): Promise<string> {
  const { tensors } = readSafetensors(readFileSync(join(folder, made.outputs)));
  const name =
    output ?? [file, file.split('/').at(-1)!, file.replace(/^.*\/|\.onnx$/g, '')].find((one) => tensors.has(one));
  const expected = tensors.get(name ?? '');
  if (!expected || !existsSync(join(folder, file))) return `| ${format} | ${file} | not there | |`;
  const observations = tensors.get('observations')!.data as Uint8Array;
  const bytes = readFileSync(join(folder, file));
  return compared({ file, format, bytes, observations, logits: expected.data, made });
}

/** TensorFlow.js is a package of ours: its file is made here, each time. */
async function importedTfjs(): Promise<string> {
  const { tensors } = readSafetensors(readFileSync(join(folder, KERAS.outputs)));
  const observations = tensors.get('observations')!.data as Uint8Array;
  const { bytes, logits } = await makeTfjsModel({ observations, input: KERAS.input, actions: KERAS.actions });
  return compared({ file: 'model.json and its weights', format: 'tfjs', bytes, observations, logits, made: KERAS });
}

interface Compared {
  file: string;
  format: TeacherFormat;
  bytes: Uint8Array;
  observations: Uint8Array;
  /** What the file's own library answers. */
  logits: ArrayLike<number>;
  made: Made;
}

async function compared({ file, format, bytes, observations, logits, made }: Compared): Promise<string> {
  const input: [number, number, number] = [...made.input];
  const architecture = format === 'safetensors' ? { architecture: NARROW } : {};
  const policy = await importPolicy(format, { bytes, input, actions: made.actions, ...architecture });
  const { rows } = layerTable(policy.layers, input, made.actions);
  const ours = referenceLogits({ rows, weights: policy.weights, scale: '1/255' }, observations);
  const difference = largest(ours.map((value, index) => value - logits[index]!));
  return `| ${format} | ${file} | ${difference.toExponential(1)} | ${largest(logits).toFixed(2)} |`;
}

async function exported(kind: ExportKind, preset: NonNullable<Architecture['preset']>): Promise<string> {
  const { rows } = layerTable(presetLayers(preset, 6), [84, 84, 4], 6);
  const weights: Map<string, NamedTensor> = randomWeights(rows);
  const observations = randomPixels(4, 84 * 84 * 4);
  const policy = { rows, weights, scale: '1/255' as const };
  const logits = referenceLogits(policy, observations);
  try {
    const { bytes } = exportPolicy(kind, { ...policy, metadata: {} });
    const difference = await checkExport(kind, bytes, { ...policy, observations, logits });
    return `| ${kind} | ${preset} | ${difference.toExponential(1)} |`;
  } catch (error) {
    if (!(error instanceof ExportError)) throw error;
    return `| ${kind} | ${preset} | refused: ${error.message} |`;
  }
}

function conv(filters: number, kernel: number, stride: number) {
  return [{ kind: 'conv' as const, filters, kernel, stride, padding: 'valid' as const }, { kind: 'relu' as const }];
}

function largest(values: ArrayLike<number>): number {
  return Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
