import { type LookupAddress } from 'node:dns';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { type LookupFunction } from 'node:net';
import { hostOf, RefusedUrlError, type UrlGuard } from './url-guard.ts';

/** How much is kept of an answer. */
const RESPONSE_BYTES = 4096;

interface Post {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** What came of a request; without `statusCode` there was no answer, and `error` says why. */
interface Posted {
  at: Date;
  durationMs: number;
  statusCode: number | null;
  error: string | null;
  response: string | null;
}

interface Means {
  guard: UrlGuard;
  timeoutMs: number;
  /** Aborted when the process ends. */
  ending: AbortSignal;
}

/** Sends once: to an address that the guard has seen, over a connection of its own, following no redirect. Never throws. */
export async function post({ url, headers, body }: Post, { guard, timeoutMs, ending }: Means): Promise<Posted> {
  const at = new Date();
  const begun = performance.now();
  const { signal, release } = limited(timeoutMs, ending);
  const told = (answer: Pick<Posted, 'statusCode' | 'error' | 'response'>): Posted => {
    return { ...answer, at, durationMs: Math.round(performance.now() - begun) };
  };
  try {
    const addresses = await beforeAbort(guard.addressesOf(url, signal), signal);
    return told(await exchange({ url: new URL(url), headers, body }, addresses, signal));
  } catch (error) {
    const reason = reasonOf(signal.aborted ? signal.reason : error);
    return told({ statusCode: null, error: reason, response: null });
  } finally {
    release();
  }
}

/** Aborted when the time is over or the process ends, saying which; to be released when neither matters any more. */
function limited(timeoutMs: number, ending: AbortSignal): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const late = () => controller.abort(new CutOffError(`no answer within ${timeoutMs / 1000} s`));
  const end = () => controller.abort(new CutOffError('cut off: the service was ending'));
  const timer = setTimeout(late, timeoutMs);
  ending.addEventListener('abort', end, { once: true });
  if (ending.aborted) end();
  const release = () => {
    clearTimeout(timer);
    ending.removeEventListener('abort', end);
  };
  return { signal: controller.signal, release };
}

class CutOffError extends Error {}

function exchange(
  { url, headers, body }: Omit<Post, 'url'> & { url: URL },
  addresses: LookupAddress[],
  signal: AbortSignal,
): Promise<Pick<Posted, 'statusCode' | 'error' | 'response'>> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const place = { hostname: hostOf(url), port: url.port, path: `${url.pathname}${url.search}` };
  const length = { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const options = { ...place, method: 'POST', agent: false, lookup: only(addresses), signal } as const;
    const request = send({ ...options, headers: { ...headers, ...length } }, (response) => {
      const { statusCode = null } = response;
      // From here on only the body can be cut off.
      request.off('error', reject).on('error', () => undefined);
      void beginningOf(response).then((text) => resolve({ statusCode, error: null, response: text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Answers whoever would look the name up with the addresses that were checked. */
function only(addresses: LookupAddress[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first] = addresses;
    if (all === true || !first) callback(null, addresses);
    else callback(null, first.address, first.family);
  };
}

/** The status has come, which decides: a body that is cut off or never ends is kept as far as it came. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= RESPONSE_BYTES) break;
    }
  } catch {
    // Cut off.
  }
  const text = new TextDecoder().decode(Buffer.concat(chunks).subarray(0, RESPONSE_BYTES));
  // No text column takes it.
  return text.replaceAll('\0', '\u{fffd}');
}

/** What cannot be stopped is not waited for. */
function beforeAbort<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    promise.then(resolve, reject);
  });
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof CutOffError) return message;
  if (error instanceof RefusedUrlError) return `not sent: ${message}`;
  return `no answer: ${code ?? message}`;
}
