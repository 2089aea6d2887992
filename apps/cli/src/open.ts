import { type Command } from 'commander';
import openInBrowser from 'open';
import { UsageError } from './failure.ts';
import { openSession, say } from './session.ts';

export function addOpen(program: Command): void {
  program
    .command('open')
    .description('shows the dashboard, or one thing in it, in the browser')
    .argument('[id]', 'of a job, a model, a teacher or rollouts')
    .option('--print', 'the address only')
    .action(async (id: string | undefined, { print: only }: { print?: true }, command: Command) => {
      const { url, print } = openSession(command);
      const address = pageOf(url, id);
      print({ url: address }, [address]);
      if (only) return;
      const browser = await openInBrowser(address);
      browser.once('error', ({ message }) => say(`no browser was opened (${message}): the address is above`));
    });
}

const PAGES = new Map([
  ['job', 'jobs'],
  ['model', 'models'],
  ['teacher', 'teachers'],
  ['rollouts', 'rollouts'],
]);

/** @throws UsageError when the id is of nothing that has a page */
function pageOf(url: string, id?: string): string {
  const base = url.replace(/\/+$/, '');
  if (id === undefined) return `${base}/`;
  const folder = PAGES.get(id.slice(0, id.indexOf('_')));
  if (!folder) throw new UsageError(`'${id}' is no id of a job, a model, a teacher or rollouts`);
  return `${base}/${folder}/${encodeURIComponent(id)}`;
}
