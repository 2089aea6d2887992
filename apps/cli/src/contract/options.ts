import { type ObservationContract } from '@distiller/client';
import { type Command, Option } from 'commander';
import { UsageError } from '../failure.ts';
import { readJson } from '../local-file.ts';
import { LIBRARIES, type LibraryName } from './libraries.ts';

export interface ContractOptions {
  game?: string;
  contract?: string;
  like?: LibraryName;
  scale?: ObservationContract['scale'];
}

export function addContractOptions(command: Command): Command {
  const like = new Option('--like <library>', 'the observation contract of a library’s own Atari wrappers');
  return command
    .option('--game <game>', 'such as breakout or space_invaders')
    .addOption(like.choices(Object.keys(LIBRARIES)))
    .addOption(
      new Option('--scale <factor>', 'from bytes to what the layers see: 1 where nothing divides by 255').choices([
        '1',
        '1/255',
      ]),
    )
    .option('--contract <file.json>', 'the observation contract; its fields count before those of --like');
}

/** The observation contract that the options describe; what it holds is for the service to judge. @throws UsageError */
export async function readContract({ game, contract, like, scale }: ContractOptions): Promise<ObservationContract> {
  if (contract === undefined && like === undefined) throw new UsageError(NEITHER);
  const fields = contract === undefined ? {} : await readFields(contract);
  const stated = fields['game'];
  if (game !== undefined && stated !== undefined && stated !== game)
    throw new UsageError(`--game says ${game}, ${contract} says ${JSON.stringify(stated)}`);
  const name = game ?? stated;
  if (typeof name !== 'string') throw new UsageError('--game is needed');
  return { ...(like && LIBRARIES[like]), ...fields, ...(scale && { scale }), game: name };
}

async function readFields(path: string): Promise<Record<string, unknown>> {
  const value = await readJson(path);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError(`${path} is no JSON object with the fields of an observation contract`);
  return value as Record<string, unknown>;
}

const NEITHER = `--like ${Object.keys(LIBRARIES).join('|')} or --contract file.json is needed: what the policy was shown decides what it does`;
