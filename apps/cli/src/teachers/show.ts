import { type Command } from 'commander';
import { openSession } from '../session.ts';
import { describeTeacher } from './describe.ts';

export function addShow(teachers: Command): void {
  teachers
    .command('show')
    .description('what the service knows of one')
    .argument('<name>', 'name or id')
    .action(async (name: string, _options: object, command: Command) => {
      const { client, print } = openSession(command);
      const teacher = await client.teachers.get(name);
      print(teacher, describeTeacher(teacher));
    });
}
