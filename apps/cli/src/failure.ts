import { ProblemError } from '@distiller/client';
import { CommanderError } from 'commander';

/** The command was given something it cannot be given. */
export class UsageError extends Error {}

/** Said already, or not worth a word: only the exit code is left to set. */
export class Ended extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** What to say of a failure, and the exit code: 2 for wrong usage, else 1. */
export function explain(error: unknown): { exitCode: number; lines: string[] } {
  if (error instanceof Ended) return { exitCode: error.exitCode, lines: [] };
  // Commander has printed its message, or the help that was asked for.
  if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? 0 : 2, lines: [] };
  if (error instanceof UsageError) return { exitCode: 2, lines: [`error: ${error.message}`] };
  if (error instanceof ProblemError) return { exitCode: 1, lines: problemLines(error) };
  return { exitCode: 1, lines: [`error: ${messageOf(error)}`] };
}

/** `code: detail`, then a line for each field at fault. */
function problemLines({ code, message, errors, requestId, status }: ProblemError): string[] {
  const fields = errors.map(({ pointer, parameter, detail }) => `${pointer || parameter || 'body'}: ${detail}`);
  const trace = status >= 500 && requestId !== undefined ? [`request ${requestId}`] : [];
  return [`${code}: ${message}`, ...fields, ...trace];
}

/** With what caused it: `fetch failed` alone helps nobody. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== 'fetch failed') return error.message;
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  return `the service does not answer (${cause?.code ?? cause?.message ?? 'no connection'}): is it up (npm start), and is --url right?`;
}
