import { type Client as FetchClient } from 'openapi-fetch';
import { answer, at } from './answer.ts';
import { type paths } from './generated/openapi.ts';
import { type NewKey, type PageOptions } from './schemas.ts';

/** Keys to the service, for who has one with the scope `admin`. */
export function keyCalls(api: FetchClient<paths>) {
  return {
    /** The answer is the only one that tells the key. */
    create: (key: NewKey) => answer(api.POST('/v1/keys', { body: key })),
    get: (id: string) => answer(api.GET('/v1/keys/{id}', at(id))),
    list: (query: PageOptions = {}) => answer(api.GET('/v1/keys', { params: { query } })),
    /** Gives it a new secret, told this once; the one before is still taken for so long, by default a day. */
    rotate: (id: string, { overlapSeconds }: { overlapSeconds?: number } = {}) =>
      answer(
        api.POST('/v1/keys/{id}/rotate', {
          ...at(id),
          body: overlapSeconds === undefined ? {} : { overlap_seconds: overlapSeconds },
        }),
      ),
    /** There is no way back. */
    revoke: (id: string) => answer(api.POST('/v1/keys/{id}/revoke', at(id))),
  };
}
