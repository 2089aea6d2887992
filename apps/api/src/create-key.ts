// Makes an API key, the first one above all: npm run key -- --name NAME [--scopes admin] [--project ID]. Prints it.
import { parseArgs } from 'node:util';
import { createStorage, migrate } from '@distiller/storage';
import { z } from 'zod';
import { createKey } from './keys/routes.ts';
import { KeyInput } from './keys/schema.ts';

const { values } = parseArgs({
  options: {
    name: { type: 'string', default: 'admin' },
    scopes: { type: 'string', default: 'admin' },
    project: { type: 'string' },
  },
});
const { DATABASE_URL: databaseUrl } = z.object({ DATABASE_URL: z.url() }).parse(process.env);
const input = KeyInput.parse({ ...values, scopes: values.scopes.split(',') });
await migrate(databaseUrl);
const storage = createStorage({ databaseUrl });
try {
  const { text, row } = await createKey(storage, input);
  process.stderr.write(`${row.id}, for ${row.projectId}, may: ${row.scopes.join(', ')}. It is told this once:\n`);
  process.stdout.write(`${text}\n`);
} finally {
  await storage.close();
}
