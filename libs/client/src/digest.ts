/** sha256 of the bytes, in hexadecimal; Node and browsers (those only on https and localhost). */
export async function sha256Of(bytes: Uint8Array): Promise<string> {
  return [...(await digestOf(bytes))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The same in base64. */
export async function sha256Base64(bytes: Uint8Array): Promise<string> {
  return btoa(String.fromCharCode(...(await digestOf(bytes))));
}

async function digestOf(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)));
}

/** The sha256 of a Repr-Digest header (RFC 9530), in hexadecimal. @throws when there is none */
export function sha256OfHeader(header: string | null): string {
  const base64 = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]+):/.exec(header ?? '')?.[1];
  if (base64 === undefined) throw new Error(`no sha-256 in Repr-Digest: ${header ?? 'no such header'}`);
  return [...atob(base64)].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}
