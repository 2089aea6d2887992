import { type Begun } from '@distiller/storage';
import { type FastifyReply, type FastifyRequest } from 'fastify';

type Answered = Extract<Begun, { kind: 'answered' }>;

/**
 * Answers as the first request was. Where it died between making the resource and its answer, or the answer held a
 * secret, the resource is told as it is now.
 */
export async function replay(
  { status, location, body, resourceId }: Answered,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const place = location ?? (resourceId === null ? null : addressOf(resourceId));
  reply.header('idempotency-replayed', 'true');
  if (place !== null) reply.header('location', place);
  if (body !== null || place === null) return send(reply, status ?? 201, body ?? 'null');
  const { authorization } = request.headers;
  const now = await request.server.inject({
    url: place,
    headers: authorization === undefined ? {} : { authorization },
  });
  return send(reply, now.statusCode === 200 ? (status ?? 201) : now.statusCode, now.body);
}

function send(reply: FastifyReply, status: number, body: string): FastifyReply {
  if (body === '') return reply.code(status).send();
  const type = status < 400 ? 'application/json; charset=utf-8' : 'application/problem+json';
  return reply.code(status).type(type).send(body);
}

/** Ids begin with the name of what they are of. */
function addressOf(id: string): string {
  const what = id.slice(0, id.indexOf('_'));
  const collection = { prj: 'projects', rollouts: 'rollouts', labels: 'labels' }[what] ?? `${what}s`;
  return `/v1/${collection}/${id}`;
}
