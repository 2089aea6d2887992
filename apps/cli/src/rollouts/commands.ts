import { type Command } from 'commander';
import { addImport } from './import.ts';
import { addList } from './list.ts';

export function addRollouts(program: Command): void {
  const rollouts = program.command('rollouts').description('recorded play');
  addImport(rollouts);
  addList(rollouts);
}
