import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 16;

export type IdPrefix =
  | 'audit'
  | 'delivery'
  | 'job'
  | 'key'
  | 'labels'
  | 'model'
  | 'name'
  | 'prj'
  | 'rollouts'
  | 'teacher'
  | 'upload'
  | 'webhook'
  | 'worker';

/** A new id such as `job_01jd…`: the prefix, the time in milliseconds and 80 random bits, so that ids sort by age. */
export function newId(prefix: IdPrefix, now = Date.now()): string {
  return `${prefix}_${encodeTime(now)}${encodeRandom()}`;
}

function encodeTime(milliseconds: number): string {
  let rest = milliseconds;
  let digits = '';
  for (let place = 0; place < TIME_DIGITS; place++) {
    digits = ALPHABET.charAt(rest % 32) + digits;
    rest = Math.floor(rest / 32);
  }
  return digits;
}

function encodeRandom(): string {
  return Array.from(randomBytes(RANDOM_DIGITS), (byte) => ALPHABET.charAt(byte % 32)).join('');
}
