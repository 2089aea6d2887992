import { type Client, createClient } from '@distiller/client';
import { type Command } from 'commander';
import { storedKey } from './account/credentials.ts';
import { UsageError } from './failure.ts';

/** What every command works with. */
export interface Session {
  /** Where the service is. */
  url: string;
  client: Client;
  /** Prints a result on stdout: the answer itself with --json, else the lines. */
  print: (answer: unknown, lines: readonly string[]) => void;
}

/** @throws UsageError when --url is none */
export function openSession(command: Command): Session {
  const { json } = command.optsWithGlobals<{ json?: true }>();
  const url = serviceUrl(command);
  return {
    url,
    client: createClient({ baseUrl: url, apiKey: process.env['DISTILLER_API_KEY'] ?? storedKey(url) }),
    print: (answer, lines) => {
      const text = json ? JSON.stringify(answer, null, 2) : lines.join('\n');
      if (text !== '') process.stdout.write(`${text}\n`);
    },
  };
}

/** @throws UsageError when --url is none */
export function serviceUrl(command: Command): string {
  const { url } = command.optsWithGlobals<{ url: string }>();
  if (!/^https?:/.test(url) || !URL.canParse(url)) throw new UsageError(`--url '${url}' is no http(s) address`);
  return url;
}

/** A word to whoever waits, on stderr. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
