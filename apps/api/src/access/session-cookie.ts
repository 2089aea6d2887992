import { type FastifyRequest } from 'fastify';

export const SESSION_COOKIE = 'distiller_key';

/**
 * A page sends no header with a picture, a video or a download. A browser that has signed in holds its key in a cookie that no
 * script can read and that goes to this service alone.
 */
export function keyInCookie({ cookies }: FastifyRequest): string | undefined {
  return cookies[SESSION_COOKIE];
}
