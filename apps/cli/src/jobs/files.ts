import { type Command } from 'commander';
import { openSession } from '../session.ts';
import { renderTable } from '../table.ts';

export function addFiles(jobs: Command): void {
  jobs
    .command('files')
    .description('reports, pictures and videos that a job has made')
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) => {
      const { client, print } = openSession(command);
      const { files } = await client.jobs.get(id);
      const rows = files.map(({ name, media_type: type, bytes, sha256 }) => [name, type, String(bytes), sha256]);
      print(files, renderTable(['name', 'type', 'bytes', 'sha256'], rows));
    });
}
