import { type Command } from 'commander';
import { UsageError } from '../failure.ts';
import { openSession } from '../session.ts';
import { describeSchema } from './describe.ts';
import { child, type Document, fieldNames, formsOf, kindOf, resolve, type Schema } from './schema.ts';

const ROOT: Schema = { $ref: '#/components/schemas/JobSpecInput' };

export function addExplain(program: Command): void {
  program
    .command('explain')
    .description('what a job file may say: `explain`, `explain distillation`, `explain distillation.loss.derivative`')
    .argument('[path]', 'a kind of job, and fields of it, with dots between')
    .action(async (path: string | undefined, _options: unknown, command: Command) => {
      const { client, print } = openSession(command);
      const document = (await client.describe()) as Document;
      if (path === undefined) return print(kindsOf(document), kindsOf(document));
      const schema = find(document, path);
      print(resolve(document, schema), describeSchema(document, path, schema));
    });
}

const kindsOf = (document: Document): string[] => formsOf(document, ROOT).flatMap((form) => kindOf(form) ?? []);

/** @throws UsageError where there is no such field, with those that there are */
function find(document: Document, path: string): Schema {
  return path.split('.').reduce((schema, name) => {
    const found = child(document, schema, name);
    if (found) return found;
    const names = schema === ROOT ? kindsOf(document) : fieldNames(document, schema);
    throw new UsageError(`there is no '${name}' in ${path}; there are ${names.join(', ')}`);
  }, ROOT);
}
