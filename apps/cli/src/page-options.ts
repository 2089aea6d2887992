import { type Page } from '@distiller/client';
import { type Command, InvalidArgumentError } from 'commander';
import { say } from './session.ts';

export interface ListOptions {
  limit: number;
  cursor?: string;
}

export function addPageOptions(command: Command): Command {
  return command
    .option('--limit <n>', 'how many, newest first', wholeNumber, 20)
    .option('--cursor <cursor>', 'go on where a page ended');
}

/** Says how to come to the rest of a list. */
export function sayMore({
  has_more: hasMore,
  next_cursor: cursor,
}: Pick<Page<unknown>, 'has_more' | 'next_cursor'>): void {
  if (hasMore && cursor !== null) say(`more with --cursor ${cursor}`);
}

/** For options that count. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0 || text.trim() === '')
    throw new InvalidArgumentError('a whole number is wanted');
  return value;
}

/** For options that are a part of a whole. */
export function share(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 1) || text.trim() === '')
    throw new InvalidArgumentError('a number from 0 to 1 is wanted');
  return value;
}
