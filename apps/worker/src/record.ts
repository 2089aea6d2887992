// Records play of a teacher: record.ts TEACHER.json WEIGHTS.safetensors OUT.zarr.zip [--episodes N] [--envs N] [--seed N]
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { loadEngine } from '@distiller/compute';
import { readSafetensors, record } from '@distiller/distillation';
import { TeacherInput } from '@distiller/distillation/spec';
import { z } from 'zod';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    episodes: { type: 'string', default: '12' },
    envs: { type: 'string', default: '6' },
    seed: { type: 'string', default: '1' },
  },
});
const [teacherPath, weightsPath, outPath] = z.tuple([z.string(), z.string(), z.string()]).parse(positionals);
const { episodes, envs, seed } = z.record(z.string(), z.coerce.number().int().positive()).parse(values);

const description: unknown = JSON.parse(await readFile(teacherPath, 'utf8'));
const { name, ...teacher } = TeacherInput.omit({ weights: true })
  .required({ architecture: true })
  .strip()
  .parse(description);
const { tensors: weights } = readSafetensors(await readFile(weightsPath));
await loadEngine('auto');
const playing = record({ ...teacher, weights }, outPath, {
  name,
  acting: { kind: 'sampled' },
  goal: { episodes: episodes! },
  numEnvs: envs!,
  seed: seed!,
});
for await (const event of playing) process.stdout.write(`${JSON.stringify(event)}\n`);
