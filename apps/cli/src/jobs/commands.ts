import { type Command } from 'commander';
import { addActions } from './actions.ts';
import { addFiles } from './files.ts';
import { addList } from './list.ts';
import { addPull } from './pull.ts';
import { addShow } from './show.ts';
import { addSubmit } from './submit.ts';
import { addWatch } from './watch.ts';

export function addJobs(program: Command): void {
  const jobs = program
    .command('jobs')
    .description('queued work: distillation, recording, import, labelling, evaluation, sweep');
  addSubmit(jobs);
  addWatch(jobs);
  addList(jobs);
  addActions(jobs);
  addShow(jobs);
  addFiles(jobs);
  addPull(jobs);
}
