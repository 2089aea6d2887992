import { type JobSpec } from '@distiller/client';
import { type Command, Option } from 'commander';
import { split } from '../contract/actions.ts';
import { addContractOptions, type ContractOptions, readContract } from '../contract/options.ts';
import { UsageError } from '../failure.ts';
import { submit } from '../jobs/submit.ts';
import { uploadPath } from '../local-file.ts';
import { openSession, type Session } from '../session.ts';
import { describeRollouts } from './describe.ts';

type ForeignFormat = Extract<JobSpec, { kind: 'import' }>['format'];

interface ImportOptions extends ContractOptions {
  name: string;
  format: ForeignFormat | 'zarr';
  actions?: string;
  watch?: true;
}

const FORMATS = ['npz', 'minari', 'dqn-replay', 'zarr'] satisfies ImportOptions['format'][];

export function addImport(rollouts: Command): void {
  const command = rollouts
    .command('import')
    .description('play that was recorded elsewhere; zarr is what this service writes, and says its contract itself')
    .argument('<file>')
    .requiredOption('--name <name>', 'what to call it')
    .addOption(new Option('--format <format>', 'what wrote the file').choices(FORMATS).makeOptionMandatory());
  addContractOptions(command)
    .option('--actions <names>', 'meaning of each action number; the game’s own by default')
    .option('--watch', 'wait for the end of the import')
    .action(async (file: string, options: ImportOptions, own: Command) => {
      const session = openSession(own);
      const { format } = options;
      await (format === 'zarr'
        ? register(session, file, options)
        : importForeign(session, file, { ...options, format }));
    });
}

/** Our own file: checked and registered at once. */
async function register({ client, print }: Session, path: string, options: ImportOptions): Promise<void> {
  const { name, game, contract, like, actions } = options;
  if (game ?? contract ?? like ?? actions)
    throw new UsageError('a zarr file says its game, contract and actions itself');
  const rollouts = await client.rollouts.create({ name, file: await uploadPath(client, path) });
  print(rollouts, describeRollouts(rollouts));
}

async function importForeign(
  session: Session,
  path: string,
  options: ImportOptions & { format: ForeignFormat },
): Promise<void> {
  const { name, format, actions, watch } = options;
  const observation = await readContract(options);
  const file = await uploadPath(session.client, path);
  const spec = { kind: 'import', name, format, file, observation } as const;
  await submit(session, { ...spec, ...(actions !== undefined && { actions: split(actions) }) }, { watch });
}
