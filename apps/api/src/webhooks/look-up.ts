import { type LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';

/**
 * The machine has four threads for looking names up and for reading files: slow name servers, which anybody may have, must not
 * take them all.
 */
const AT_ONCE = 2;

let free = AT_ONCE;
const waiting: (() => void)[] = [];

/** Every address of a name, as this machine finds them. An address is its own. @throws when there is none */
export async function lookUp(hostname: string, signal?: AbortSignal): Promise<LookupAddress[]> {
  if (free > 0) free -= 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    signal?.throwIfAborted();
    return await lookup(hostname, { all: true });
  } finally {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  }
}
