import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Digits that cannot be mistaken for one another, in lower case. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const SHORT_DIGITS = 12;
/** 160 bits: nobody finds a secret by trying, so a plain sha256 keeps it as well as a slow hash would. */
const SECRET_DIGITS = 32;
const CHECK_DIGITS = 7;
const PREFIX = 'dist_live_';

const FORM = new RegExp(`^${PREFIX}([${ALPHABET}]{${SHORT_DIGITS}})_([${ALPHABET}]{${SECRET_DIGITS + CHECK_DIGITS}})$`);

/** A key as its holder has it: `dist_live_<short id>_<secret><checksum>`. */
export interface ApiKeyText {
  /** Not secret: it finds the row, and is shown in lists and logs. */
  shortId: string;
  secretSha256: string;
}

/** @param shortId of a key that gets a new secret; left out, it is a new key */
export function newApiKey(shortId = digits(SHORT_DIGITS)): ApiKeyText & { text: string } {
  const secret = digits(SECRET_DIGITS);
  const text = `${PREFIX}${shortId}_${secret}${checksum(shortId, secret)}`;
  return { text, shortId, secretSha256: sha256(secret) };
}

/** Undefined: no key of ours, or one with a slip in it, for which no database need be asked. */
export function parseApiKey(text: string): ApiKeyText | undefined {
  const [, shortId, rest] = FORM.exec(text) ?? [];
  if (shortId === undefined || rest === undefined) return undefined;
  const secret = rest.slice(0, SECRET_DIGITS);
  if (rest.slice(SECRET_DIGITS) !== checksum(shortId, secret)) return undefined;
  return { shortId, secretSha256: sha256(secret) };
}

/** What may be shown of a key. */
export function visiblePart(shortId: string): string {
  return `${PREFIX}${shortId}`;
}

/** Takes as long wherever the two differ. */
export function isSameHash(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(a.padEnd(64).slice(0, 64)), Buffer.from(b.padEnd(64).slice(0, 64)));
}

function sha256(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** CRC-32, not against forgery: a slip of a key, or a find of a scanner, is told without asking anybody. */
function checksum(shortId: string, secret: string): string {
  let rest = crc32(`${PREFIX}${shortId}_${secret}`);
  let check = '';
  for (let place = 0; place < CHECK_DIGITS; place++) {
    check = ALPHABET.charAt(rest % 32) + check;
    rest = Math.floor(rest / 32);
  }
  return check;
}

function digits(count: number): string {
  return Array.from(randomBytes(count), (byte) => ALPHABET.charAt(byte % 32)).join('');
}
