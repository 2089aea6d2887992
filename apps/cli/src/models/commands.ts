import { calledModel, type Model } from '@distiller/client';
import { type Command } from 'commander';
import { addPageOptions, type ListOptions, sayMore } from '../page-options.ts';
import { openSession, say, type Session } from '../session.ts';
import { describeModel, lineageTable, modelTable } from './describe.ts';
import { addPull } from './pull.ts';

const MODEL = 'id, name@version, name@alias, name@best or name@latest';

export function addModels(program: Command): void {
  const models = program.command('models').description('students that jobs have made');
  addPageOptions(models.command('list').description('those that there are'))
    .option('--name <name>', 'only the versions of it')
    .action(listModels);
  one(models, 'show', 'what is known of one').action((model: string, _options: object, command: Command) =>
    shown(command, (client) => client.models.get(model)),
  );
  one(models, 'name', 'makes it the next version of a name')
    .argument('<name>', 'such as pong-small')
    .action((model: string, name: string, _options: object, command: Command) =>
      shown(command, (client) => client.models.name(model, name)),
    );
  one(models, 'alias', 'from now on name@alias means this version')
    .argument('<alias>', 'such as production')
    .option('--remove', 'it means nothing from now on')
    .action(aliasModel);
  one(models, 'lineage', 'all that it was made of').action(showLineage);
  one(models, 'delete', 'its files go; lineage still tells of it').action(deleteModel);
  addPull(models);
}

const one = (models: Command, name: string, description: string): Command =>
  models.command(name).description(description).argument('<model>', MODEL);

async function shown(command: Command, ask: (client: Session['client']) => Promise<Model>): Promise<void> {
  const { client, print } = openSession(command);
  const model = await ask(client);
  print(model, describeModel(model));
}

async function listModels(options: ListOptions & { name?: string }, command: Command): Promise<void> {
  const { client, print } = openSession(command);
  const page = await client.models.list(options);
  print(page, modelTable(page.data));
  sayMore(page);
}

async function aliasModel(
  model: string,
  alias: string,
  { remove }: { remove?: true },
  command: Command,
): Promise<void> {
  if (!remove) return shown(command, (client) => client.models.alias(model, alias));
  const { client } = openSession(command);
  await client.models.removeAlias(model, alias);
  say(`${alias} means no version any more`);
}

async function showLineage(model: string, _options: object, command: Command): Promise<void> {
  const { client, print } = openSession(command);
  const lineage = await client.models.lineage(model);
  print(lineage, lineageTable(lineage));
}

async function deleteModel(model: string, _options: object, command: Command): Promise<void> {
  const { client } = openSession(command);
  const found = await client.models.get(model);
  await client.models.delete(found.id);
  say(`deleted ${calledModel(found) ?? found.id} (${found.id})`);
}
