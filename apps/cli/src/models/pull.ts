import { type Client, type ModelFileName } from '@distiller/client';
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
  models
    .command('pull')
    .description('downloads a student, and checks its sha256')
    .argument('<job-or-model>', 'id of the model, or of the job that has made it')
    .addOption(new Option('--as <file>', 'student is safetensors').choices(FILES).default('student'))
    .option('--out <path>', 'where to write it; by default under its own name, here')
    .action(async (id: string, { as, out }: PullOptions, command: Command) => {
      const session = openSession(command);
      const model = await modelOf(session.client, id);
      await saveDownload(session, await session.client.downloadModel(model, { file: as }), out);
    });
}

/** @throws Error when the job has made none */
async function modelOf(client: Client, id: string): Promise<string> {
  if (!id.startsWith('job_')) return id;
  const { model, status } = await client.jobs.get(id);
  if (model === null) throw new Error(`job ${id} has made no model (${status})`);
  return model;
}
