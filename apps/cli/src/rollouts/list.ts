import { type Command } from 'commander';
import { addPageOptions, type ListOptions, sayMore } from '../page-options.ts';
import { openSession } from '../session.ts';
import { renderTable } from '../table.ts';

export function addList(rollouts: Command): void {
  addPageOptions(rollouts.command('list').description('those that are registered')).action(listRollouts);
}

async function listRollouts(options: ListOptions, command: Command): Promise<void> {
  const { client, print } = openSession(command);
  const page = await client.rollouts.list(options);
  const rows = page.data.map((one) => [
    one.name,
    one.observation.game,
    String(one.frames),
    String(one.episodes),
    one.mean_return.toFixed(1),
    one.contract_hash.slice(0, 12),
  ]);
  print(page, renderTable(['name', 'game', 'frames', 'episodes', 'return', 'contract'], rows));
  sayMore(page);
}
