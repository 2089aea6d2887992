import { type NewTeacher, type TeacherFormat } from '@distiller/client';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { readActions } from '../contract/actions.ts';
import { addContractOptions, type ContractOptions, readContract } from '../contract/options.ts';
import { readJson, uploadPath } from '../local-file.ts';
import { openSession } from '../session.ts';
import { describeTeacher } from './describe.ts';
import { readReturn } from './measured-return.ts';

interface ImportOptions extends ContractOptions {
  name: string;
  format: TeacherFormat;
  actions?: string;
  temperature?: number;
  architecture?: string;
  reference?: string;
  return?: NewTeacher['return'];
  provenance?: string;
}

const FORMATS = ['stable-baselines3', 'pytorch', 'safetensors', 'onnx', 'tfjs', 'keras'] satisfies TeacherFormat[];

export function addImport(teachers: Command): void {
  const command = teachers
    .command('import')
    .description('a policy out of a file that a library wrote')
    .argument('<file>')
    .requiredOption('--name <name>', 'what to call it')
    .addOption(new Option('--format <format>', 'what wrote the file').choices(FORMATS).makeOptionMandatory());
  addContractOptions(command)
    .option('--actions <names>', 'meaning of each logit, in order: NOOP,FIRE,…')
    .option('--temperature <t>', 'of a Q-network: π = softmax(Q / t)', positive)
    .option('--architecture <preset|file.json>', 'of a file that holds weights only')
    .option('--reference <file.safetensors>', '`observations` and the `logits` that the policy must give on them')
    .option(
      '--return <mean,std,episodes[,acting]>',
      'what it was measured to score (acting: sampled or greedy)',
      readReturn,
    )
    .option('--provenance <words>', 'how it was trained')
    .action(importTeacher);
}

async function importTeacher(file: string, options: ImportOptions, command: Command): Promise<void> {
  const { client, print } = openSession(command);
  // All that can be wrong with the options comes before the upload.
  const observation = await readContract(options);
  const actions = readActions(options.actions, observation);
  const { name, format, temperature, return: measured, provenance } = options;
  const architecture = options.architecture === undefined ? undefined : await readArchitecture(options.architecture);
  const reference = options.reference === undefined ? undefined : await uploadPath(client, options.reference);
  const weights = { ...(await uploadPath(client, file)), format, ...(temperature !== undefined && { temperature }) };
  const teacher = await client.teachers.create({
    name,
    observation,
    actions,
    weights,
    ...(architecture && { architecture }),
    ...(reference && { reference }),
    ...(measured && { return: measured }),
    ...(provenance !== undefined && { provenance }),
  });
  print(teacher, describeTeacher(teacher));
}

/** A preset's name, or a JSON file: { "layers": […] }, or the layers alone. The service judges what is in it. */
async function readArchitecture(given: string): Promise<NewTeacher['architecture']> {
  if (!given.endsWith('.json')) return { preset: given } as NewTeacher['architecture'];
  const value = await readJson(given);
  return (Array.isArray(value) ? { layers: value } : value) as NewTeacher['architecture'];
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('a number above 0 is wanted');
  return value;
}
