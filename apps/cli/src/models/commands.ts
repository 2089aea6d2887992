import { type Command } from 'commander';
import { addPull } from './pull.ts';

export function addModels(program: Command): void {
  addPull(program.command('models').description('students that jobs have made'));
}
