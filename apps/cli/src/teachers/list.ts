import { type Command } from 'commander';
import { addPageOptions, type ListOptions, sayMore } from '../page-options.ts';
import { openSession } from '../session.ts';
import { renderTable } from '../table.ts';

export function addList(teachers: Command): void {
  addPageOptions(teachers.command('list').description('those that are registered')).action(listTeachers);
}

async function listTeachers(options: ListOptions, command: Command): Promise<void> {
  const { client, print } = openSession(command);
  const page = await client.teachers.list(options);
  const rows = page.data.map((teacher) => [
    teacher.name,
    teacher.observation.game,
    teacher.source.format,
    String(teacher.network.parameter_count),
    teacher.return ? `${teacher.return.mean} ± ${teacher.return.std}` : '–',
    teacher.contract_hash.slice(0, 12),
  ]);
  print(page, renderTable(['name', 'game', 'format', 'parameters', 'return', 'contract'], rows));
  sayMore(page);
}
