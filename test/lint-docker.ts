// Lints docker/*.Dockerfile (hadolint) and holds docker-compose.yml against the Compose Specification and our own rules.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { z } from 'zod';
import { provideVenv } from '../libs/arcade/src/venv.ts';

const ROOT = join(import.meta.dirname, '..');
async function dockerfileFaults(): Promise<string[]> {
  const requirements = fileURLToPath(new URL('hadolint-requirements.txt', import.meta.url));
  const python = await provideVenv('hadolint', requirements).catch((error: unknown) => {
    process.stdout.write(`No hadolint, so Dockerfiles are not linted: ${String(error)}\n`);
  });
  if (!python) return [];
  const files = readdirSync(join(ROOT, 'docker')).filter((name) => name.endsWith('.Dockerfile'));
  const args = files.map((name) => join('docker', name));
  const { status, stdout } = spawnSync(join(dirname(python), 'hadolint'), args, { cwd: ROOT, encoding: 'utf8' });
  return status === 0 ? [] : [stdout];
}

/** What our rules are about. */
const Compose = z.looseObject({
  services: z.record(
    z.string(),
    z.looseObject({
      image: z.string(),
      build: z.looseObject({ dockerfile: z.string() }).optional(),
      restart: z.string().optional(),
      read_only: z.boolean().optional(),
      cap_drop: z.array(z.string()).optional(),
      secrets: z.array(z.string()).default([]),
      environment: z.record(z.string(), z.unknown()).default({}),
    }),
  ),
  secrets: z.record(z.string(), z.unknown()),
});

function composeFaults(): string[] {
  const file: unknown = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true });
  const schema = JSON.parse(readFileSync(join(ROOT, 'test/compose-spec.schema.json'), 'utf8')) as object;
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  if (!ajv.validate(schema, file)) return [`docker-compose.yml: ${ajv.errorsText()}`];
  const { services, secrets } = Compose.parse(file);
  return Object.entries(services).flatMap(([name, service]) => {
    const isOurs = service.build !== undefined;
    const wrong = [
      !isOurs && !/:\d/.test(service.image) && 'its image is not pinned to a version',
      isOurs && !service.read_only && 'its file system can be written',
      isOurs && !service.cap_drop?.includes('ALL') && 'it keeps capabilities',
      service.restart === undefined && 'it does not come back when it dies',
      ...service.secrets.map((secret) => !(secret in secrets) && `there is no secret ${secret}`),
      ...Object.entries(service.environment).map(
        ([variable, value]) =>
          /PASSWORD|SECRET|ACCESS_KEY|DATABASE_URL/.test(variable) &&
          !String(value).startsWith('/run/secrets/') &&
          `${variable} is a secret in the open`,
      ),
    ];
    return wrong.filter((one) => one !== false).map((one) => `docker-compose.yml, ${name}: ${one}`);
  });
}

const faults = [...composeFaults(), ...(await dockerfileFaults())];
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;
