// Writes libs/client/openapi.json from the routes' schemas; with --check, fails when the committed one is another.
import { readFile, writeFile } from 'node:fs/promises';
import { createProducer } from '@distiller/queue';
import { createArtifactStore, createStorage } from '@distiller/storage';
import { createApp } from './app.ts';

const FILE = new URL('../../../libs/client/openapi.json', import.meta.url);

// Nothing connects before it is used, and nothing is used here.
const nowhere = 'postgres://nobody@127.0.0.1:1/nothing';
const app = await createApp({
  storage: createStorage({ databaseUrl: nowhere }),
  producer: createProducer(nowhere),
  artifacts: createArtifactStore('file:///nonexistent'),
  maxUploadBytes: 0,
});
await app.ready();
const text = `${JSON.stringify(app.swagger(), null, 2)}\n`;
if (process.argv.includes('--check')) {
  const committed = await readFile(FILE, 'utf8').catch(() => '');
  if (committed !== text) {
    process.stderr.write('libs/client/openapi.json is stale: run npm run openapi\n');
    process.exit(1);
  }
} else {
  await writeFile(FILE, text);
}
