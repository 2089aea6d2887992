// The example that plays a student in Python, held against the evaluation of the very same network.
import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadEngine } from '@distiller/compute';
import { evaluatePolicies, type RegisteredTeacher } from '@distiller/distillation';
import { contractHash, EvaluationSpec } from '@distiller/distillation/spec';
import { layerTable, resolveLayers } from '@distiller/policies';
import { exportPolicy } from '@distiller/policies/exports';
import { expect, inject, test } from 'vitest';
import { bundledInputs } from './bench/bundled-inputs.ts';
import { findArcadePython, findExamplePython } from './python.ts';

const EXAMPLE = join(import.meta.dirname, '..', 'libs', 'client', 'python', 'examples', 'play_onnx.py');
const EPISODES = 12;
const [python, arcade] = [await findExamplePython(), await findArcadePython()];

interface Played {
  mean: number;
  returns: number[];
}

test.runIf(python && arcade)(
  'the example plays an exported policy as well as the service says that it plays',
  async () => {
    await loadEngine(inject('engines')[0]!);
    const { teacher } = await bundledInputs();
    const [example, evaluated] = [await playExample(teacher), await evaluate(teacher)];
    const error = Math.hypot(standardError(example.returns), standardError(evaluated));
    expect(Math.abs(example.mean - mean(evaluated))).toBeLessThan(3 * error);
    // Under any other contract it returns some ten points.
    expect(example.mean).toBeGreaterThan(200);
  },
  600_000,
);

async function playExample({ architecture, observation, actions, weights }: RegisteredTeacher): Promise<Played> {
  const { height, width, stack, scale } = observation;
  const { rows } = layerTable(resolveLayers(architecture, actions.length), [height, width, stack], actions.length);
  const metadata = {
    observation: JSON.stringify(observation),
    contract_hash: contractHash(observation),
    actions: JSON.stringify(actions),
  };
  const { bytes } = exportPolicy('onnx', { rows, weights, scale, metadata });
  const file = join(await mkdtemp(join(tmpdir(), 'example-')), 'student.onnx');
  await writeFile(file, bytes);
  const { stdout } = await promisify(execFile)(python!, [EXAMPLE, file, '--episodes', String(EPISODES)]);
  return JSON.parse(stdout) as Played;
}

async function evaluate(policy: RegisteredTeacher): Promise<number[]> {
  const asked = { teacher: 'teacher', student: { model: 'student' }, episodes: EPISODES, acting: 'sampled' };
  const left = { sticky_actions: 'off', random_baseline: false, video: false, saliency_frames: 0 };
  const spec = EvaluationSpec.parse({ kind: 'evaluation', ...asked, ...left });
  for await (const event of evaluatePolicies(spec, { teacher: policy, student: policy }))
    if (event.type === 'finished') return event.report.play[0]!.student.returns;
  throw new Error('it was not finished');
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function standardError(values: number[]): number {
  const middle = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
  return Math.sqrt(variance / values.length);
}
