// What everything is measured beside: Fastify with nothing but a route that answers with JSON, one that takes some, and a
// directory of files.
import fastifyStatic from '@fastify/static';
import { fastify } from 'fastify';

const directory = process.argv[2]!;
/** What is answered, by number: told by the benchmark, so that it is as long as ours. */
let answers: object[] = [];

const app = fastify();
app.get<{ Params: { index: string } }>('/answers/:index', ({ params }) => answers[Number(params.index)]);
app.post('/answers', (_request, reply) => reply.code(201).send(answers[0]));
app.register(fastifyStatic, { root: directory, prefix: '/files/' });
process.on('message', (told: object[]) => {
  answers = told;
  process.send?.('told');
});
process.once('disconnect', () => process.exit());
const url = await app.listen({ host: '127.0.0.1', port: 0 });
process.send?.({ port: Number(new URL(url).port) });
