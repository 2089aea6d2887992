import { basename } from 'node:path';
import { type DownloadOptions } from '@distiller/client';
import { type Command } from 'commander';
import { saveDownload } from '../save-download.ts';
import { openSession } from '../session.ts';

export function addPull(jobs: Command): void {
  jobs
    .command('pull')
    .description('downloads a file that a job has made, and checks its sha256')
    .argument('<id>')
    .argument('<file>', 'its name in `jobs files`')
    .option('--out <path>', 'where to write it; by default under its own name, here')
    .action(async (id: string, name: string, { out }: { out?: string }, command: Command) => {
      const session = openSession(command);
      const download = (options: DownloadOptions) => session.client.downloadJobFile(id, name, options);
      await saveDownload(session, { name: basename(name), out, download });
    });
}
