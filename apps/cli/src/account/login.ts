import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { Writable } from 'node:stream';
import { createClient } from '@distiller/client';
import { type Command } from 'commander';
import { UsageError } from '../failure.ts';
import { openSession, say, serviceUrl } from '../session.ts';
import { credentialsPath, forgetKey, storeKey } from './credentials.ts';

export function addLogin(program: Command): void {
  program
    .command('login')
    .description(
      'keeps an API key for this service; it is asked for, or read from stdin (never an argument: others see those)',
    )
    .action(async (_options: object, command: Command) => {
      const url = serviceUrl(command);
      const key = await askKey();
      // Nothing is kept that the service does not know.
      const { project, scopes } = await createClient({ baseUrl: url, apiKey: key }).identity();
      storeKey(url, key);
      say(`logged in to ${url}: project ${project}, ${scopes.join(', ') || 'no scopes'}; kept in ${credentialsPath()}`);
    });
  program
    .command('logout')
    .description('forgets the key of this service')
    .action((_options: object, command: Command) => {
      const url = serviceUrl(command);
      say(forgetKey(url) ? `the key for ${url} is forgotten` : `there is no key for ${url}`);
    });
  program
    .command('whoami')
    .description('who the service takes you for, and what you may do')
    .action(async (_options: object, command: Command) => {
      const { client, print } = openSession(command);
      const identity = await client.identity();
      const { auth, project, scopes, key } = identity;
      const who = auth === 'off' ? 'no key is needed here' : `key ${key?.name ?? '?'} (${key?.id ?? '?'})`;
      print(identity, [`${who}; project ${project}; ${scopes.join(', ')}`]);
    });
}

/** @throws UsageError when none is given */
async function askKey(): Promise<string> {
  const key = (process.stdin.isTTY ? await askSilently('API key: ') : await text(process.stdin)).trim();
  if (key === '') throw new UsageError('no key was given');
  return key;
}

/** What is typed is not shown. */
async function askSilently(question: string): Promise<string> {
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await terminal.question('');
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}
