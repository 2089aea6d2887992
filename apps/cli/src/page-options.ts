import { type Page } from '@distiller/client';
import { type Command } from 'commander';
import { wholeNumber } from './option-values.ts';
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
