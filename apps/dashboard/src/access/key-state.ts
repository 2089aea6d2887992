import { type ApiKey } from '@distiller/client';

export function keyState({ revoked_at: revoked, expires_at: expires }: ApiKey, now = Date.now()): string {
  if (revoked) return 'revoked';
  return expires && Date.parse(expires) <= now ? 'expired' : 'valid';
}
