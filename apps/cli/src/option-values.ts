import { InvalidArgumentError } from 'commander';

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
