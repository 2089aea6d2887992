import { type ByteRange } from '@distiller/storage';

/**
 * The part of a file of `bytes` that a Range header asks for (RFC 9110 §14.1.2). Several ranges are answered with the whole,
 * which is allowed, and so is what cannot be read.
 * @returns undefined: all of it; 'unsatisfiable': nothing of the file lies in the range
 */
export function requestedRange(header: string | undefined, bytes: number): ByteRange | 'unsatisfiable' | undefined {
  const [, first, last] = /^bytes=\s*(\d*)-(\d*)\s*$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || first + last === '') return undefined;
  // The last so many bytes, or all where there are not so many.
  if (first === '') return Number(last) === 0 ? 'unsatisfiable' : within(Math.max(0, bytes - Number(last)), bytes);
  if (last !== '' && Number(last) < Number(first)) return undefined;
  return within(Number(first), bytes, last === '' ? undefined : Number(last));
}

function within(start: number, bytes: number, end = bytes - 1): ByteRange | 'unsatisfiable' {
  return start >= bytes ? 'unsatisfiable' : { start, end: Math.min(end, bytes - 1) };
}
