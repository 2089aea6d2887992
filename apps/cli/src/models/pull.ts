import { type Client, type DownloadOptions, type ModelFileName } from '@distiller/client';
import { type Command, Option } from 'commander';
import { saveDownload } from '../save-download.ts';
import { openSession } from '../session.ts';

interface PullOptions {
  as: ModelFileName;
  out?: string;
}

const FILES = [
  'student',
  'onnx',
  'tfjs',
  'pytorch',
  'cleanrl',
  'stable-baselines3',
  'reference',
  'card.md',
  'card.json',
] satisfies ModelFileName[];

export function addPull(models: Command): void {
  fetching(
    models.command('pull').description('downloads a student, checks its sha256, and goes on where it was broken off'),
    new Option('--as <file>', 'student is safetensors').choices(FILES).default('student'),
  );
}

export function addExport(program: Command): void {
  fetching(
    program.command('export').description('downloads a student in the form of another program'),
    new Option('--as <format>', 'checked against the student when it was made').choices(FILES).makeOptionMandatory(),
  );
}

function fetching(command: Command, as: Option): void {
  command
    .argument('<job-or-model>', 'id or name@alias of the model, or id of the job that has made it')
    .addOption(as)
    .option('--out <path>', 'where to write it; by default under its own name, here')
    .action(pull);
}

async function pull(id: string, { as, out }: PullOptions, command: Command): Promise<void> {
  const session = openSession(command);
  const model = await modelOf(session.client, id);
  const download = (options: DownloadOptions) => session.client.downloadModel(model, { file: as, ...options });
  await saveDownload(session, { name: `${model}-${as}`, out, download });
}

/** @throws Error when the job has made none */
async function modelOf(client: Client, id: string): Promise<string> {
  if (!id.startsWith('job_')) return id;
  const { model, status } = await client.jobs.get(id);
  if (model === null) throw new Error(`job ${id} has made no model (${status})`);
  return model;
}
