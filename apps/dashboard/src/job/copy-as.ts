import { type Json } from './spec-diff.ts';

export type Language = 'curl' | 'CLI' | 'TypeScript' | 'Python';
export const LANGUAGES: readonly Language[] = ['curl', 'CLI', 'TypeScript', 'Python'];

/** A spec as something to paste that submits it. */
export function copyAs(language: Language, spec: Json, origin: string): string {
  switch (language) {
    case 'curl':
      return `curl -s ${origin}/v1/jobs -H 'content-type: application/json' -d ${quoted(spec)}`;
    case 'CLI':
      return `echo ${quoted(spec)} | npm run -s distill -- --url ${origin} jobs submit - --watch`;
    case 'TypeScript':
      return [
        `import { createClient } from '@distiller/client';`,
        '',
        `const service = createClient({ baseUrl: '${origin}' });`,
        `const job = await service.jobs.create(${JSON.stringify(spec, null, 2)});`,
        `for await (const event of service.watch(job.id)) console.log(event.message);`,
      ].join('\n');
    case 'Python':
      return [
        'import json',
        'from urllib.request import Request, urlopen',
        '',
        `spec = json.loads(r"""${JSON.stringify(spec, null, 2).replaceAll('"""', '\\u0022\\u0022\\u0022')}""")`,
        `request = Request("${origin}/v1/jobs", json.dumps(spec).encode(), {"content-type": "application/json"})`,
        'job = json.load(urlopen(request))',
        'print(job["id"])',
      ].join('\n');
  }
}

/** In single quotes for a POSIX shell. */
const quoted = (spec: Json): string => `'${JSON.stringify(spec).replaceAll("'", `'\\''`)}'`;
