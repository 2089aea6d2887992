import { type Command } from 'commander';
import { addCheck } from './check.ts';
import { addImport } from './import.ts';
import { addList } from './list.ts';
import { addShow } from './show.ts';

export function addTeachers(program: Command): void {
  const teachers = program.command('teachers').description('policies that are imitated');
  addImport(teachers);
  addList(teachers);
  addShow(teachers);
  addCheck(teachers);
}
