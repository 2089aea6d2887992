import { type LookupAddress } from 'node:dns';
import { isPublic, isWithin, parseNetwork } from './address.ts';
import { lookUp } from './look-up.ts';

/** The message is for whoever made the webhook, and does not tell what a name resolves to: that may be our network's business. */
export class RefusedUrlError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'RefusedUrlError';
  }
}

export interface UrlGuard {
  /**
   * The addresses of a webhook's URL, every one of which may be connected to. Whoever connects must connect to these and not
   * look the name up again: the second answer may be another.
   * @throws RefusedUrlError
   */
  addressesOf(url: string, signal?: AbortSignal): Promise<LookupAddress[]>;
}

interface GuardOptions {
  /** Networks that may be reached though they are not public, and by plain http, as `10.0.0.0/8`. */
  allow?: readonly string[] | undefined;
  lookUp?: typeof lookUp;
}

/** Keeps webhooks from being used to reach what only this machine can reach (server-side request forgery). */
export function createUrlGuard({ allow = [], lookUp: look = lookUp }: GuardOptions = {}): UrlGuard {
  const allowed = allow.map(parseNetwork);
  return {
    addressesOf: async (text, signal) => {
      const url = parse(text);
      const addresses = await addressesOf(look, url, signal);
      for (const { address } of addresses) {
        if (isWithin(address, allowed)) continue;
        if (!isPublic(address)) throw new RefusedUrlError('it leads to an address that is not public');
        if (url.protocol === 'http:') throw new RefusedUrlError('it must begin with https://');
      }
      return addresses;
    },
  };
}

/** Host of a URL as it is looked up and connected to: an IPv6 address without its brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function parse(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') throw new RefusedUrlError('it is no https:// URL');
  if (url.username !== '' || url.password !== '') throw new RefusedUrlError('it holds credentials');
  return url;
}

async function addressesOf(look: typeof lookUp, url: URL, signal?: AbortSignal): Promise<LookupAddress[]> {
  const found = await look(hostOf(url), signal).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw new RefusedUrlError(
      `its host cannot be found (${(error as NodeJS.ErrnoException).code ?? 'no reason given'})`,
    );
  });
  if (found.length === 0) throw new RefusedUrlError('its host has no address');
  return found;
}
