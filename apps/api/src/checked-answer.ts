import { serializerCompiler } from 'fastify-type-provider-zod';

const checked = new WeakSet<object>();

/** For an answer made of what its schema has just let through: to check each job of a page twice takes longer than to find it. */
export function alreadyChecked<Answer extends object>(answer: Answer): Answer {
  checked.add(answer);
  return answer;
}

/** Writes an answer that is what its route's schema says, and no more than that; throws where it is not. */
export const compileSerializer: typeof serializerCompiler = (route) => {
  const checkAndWrite = serializerCompiler(route);
  return (answer) => (isObject(answer) && checked.has(answer) ? JSON.stringify(answer) : checkAndWrite(answer));
};

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
