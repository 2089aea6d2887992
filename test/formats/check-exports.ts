/**
 * Writes students of several architectures in every format, and has the libraries that they are for load them: prints how far
 * each one's logits are from the student's. `node --import tsx test/formats/check-exports.ts [python]`
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type LayerRow,
  layerTable,
  type NamedTensor,
  presetLayers,
  readSafetensors,
  referenceLogits,
} from '@distiller/policies/description';
import { ExportError, ExportKind, exportPolicy } from '@distiller/policies/exports';
import { EVERY_LAYER_ROWS, randomPixels, randomWeights } from '../../libs/policies/src/every-layer.fixture.ts';
import { findExportsPython } from '../python.ts';

const COUNT = 8;
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

interface Case {
  rows: readonly LayerRow[];
  weights: Map<string, NamedTensor>;
  observations: Uint8Array;
}

function cases(): Record<string, Case> {
  const random = (rows: readonly LayerRow[]) => {
    const size = rows[0]!.inputShape.reduce((product, length) => product * length, 1);
    return { rows, weights: randomWeights(rows), observations: randomPixels(COUNT, size) };
  };
  const preset = (name: Parameters<typeof presetLayers>[0]) => layerTable(presetLayers(name, 4), [84, 84, 4], 4).rows;
  const frames = readSafetensors(readFileSync(here('../reference/breakout-teacher.safetensors'))).tensors;
  const teacher = readSafetensors(readFileSync(here('../../apps/demo/data/breakout.safetensors'))).tensors;
  return {
    nature: {
      rows: preset('nature'),
      weights: teacher,
      observations: Uint8Array.from(frames.get('observations')!.data),
    },
    'paper-student': random(preset('paper-student')),
    impala: random(preset('impala')),
    'every-layer': random(EVERY_LAYER_ROWS),
  };
}

function write(directory: string, name: string, { rows, weights, observations }: Case): void {
  const folder = join(directory, name);
  mkdirSync(folder);
  const policy = { rows, weights, scale: '1/255' } as const;
  const layers = rows.map(({ spec }) => spec);
  writeFileSync(join(folder, 'case.json'), JSON.stringify({ layers, image: rows[0]!.inputShape }));
  writeFileSync(join(folder, 'observations'), observations);
  writeFileSync(join(folder, 'logits'), new Uint8Array(referenceLogits(policy, observations).buffer));
  for (const kind of ExportKind.options) {
    try {
      const { suffix, bytes } = exportPolicy(kind, { ...policy, metadata: { layers: JSON.stringify(layers) } });
      writeFileSync(join(folder, `student${suffix}`), bytes);
    } catch (error) {
      if (!(error instanceof ExportError)) throw error;
    }
  }
}

const python = process.argv[2] ?? (await findExportsPython());
if (python === undefined) process.exit(1);
const directory = mkdtempSync(join(tmpdir(), 'exports-'));
try {
  for (const [name, student] of Object.entries(cases())) write(directory, name, student);
  execFileSync(python, [here('check_exports.py'), directory, here('../../libs/policies/README.md')], {
    stdio: 'inherit',
  });
} finally {
  rmSync(directory, { recursive: true });
}
