import { serializerCompiler } from 'fastify-type-provider-zod';

const checked = new WeakSet<object>();
const texts = new WeakMap<object, string>();

/** For an answer made of what its schema has just let through: to check each job of a page twice takes longer than to find it. */
export function alreadyChecked<Answer extends object>(answer: Answer): Answer {
  checked.add(answer);
  return answer;
}

/** For what is checked and will be shown again, by itself or in a page: it is written once, and not to be changed after. */
export function alreadyWritten<Answer extends object>(answer: Answer): Answer {
  texts.set(answer, JSON.stringify(answer));
  return alreadyChecked(answer);
}

/** Writes an answer that is what its route's schema says, and no more than that; throws where it is not. */
export const compileSerializer: typeof serializerCompiler = (route) => {
  const checkAndWrite = serializerCompiler(route);
  return (answer) => (isObject(answer) && checked.has(answer) ? write(answer) : checkAndWrite(answer));
};

/** What `JSON.stringify` says, of pages with the texts of their items. */
function write(answer: object): string {
  if (!('data' in answer) || !Array.isArray(answer.data)) return textOf(answer);
  const { data, ...rest } = answer;
  const items = `{"data":[${data.map(textOf).join(',')}]`;
  const others = JSON.stringify(rest);
  return others === '{}' ? `${items}}` : `${items},${others.slice(1)}`;
}

function textOf(value: unknown): string {
  return (isObject(value) ? texts.get(value) : undefined) ?? JSON.stringify(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
