// Requests that Schemathesis makes up from the OpenAPI document, well-formed and not, of one tenant beside another.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Client, createClient, type JobSpec } from '@distiller/client';
import { createStorage, DEFAULT_PROJECT, type Storage } from '@distiller/storage';
import { createKey } from '../../apps/api/src/keys/routes.ts';
import { type Scope } from '../../apps/api/src/access/scopes.ts';
import { findSchemathesisPython } from '../python.ts';
import { registerTiny } from '../service-process.ts';
import { tinySpec } from '../tiny-distillation.ts';
import { waitForEnds } from './jobs.ts';
import { sendGenerated } from './generated-requests.ts';
import { judgingProxy } from './judging-proxy.ts';
import { NotPossibleError, type Scenario, type ScenarioContext } from './scenario.ts';
import { type Service, startService } from './service.ts';

const WANTED = 10_000;
/** Of each operation, beyond those that cover its schema; more of them take Schemathesis longer than there is time. */
const EXAMPLES = 12;
const TIMEOUT_S = 30;
/** What Schemathesis looks at; the proxy looks at every answer besides. */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
];
const SCOPES: Scope[] = (['jobs', 'teachers', 'rollouts', 'labels', 'models', 'uploads'] as const).flatMap(
  (resource) => [`${resource}:read`, `${resource}:write`] as const,
);
/** Of a tenant whom nobody else may see; it is in each of its names. */
const OTHER = 'othertenant';

export const requests: Scenario = {
  name: 'requests',
  harm: '10,000 generated and malformed requests from the OpenAPI document, beside another tenant',
  async run(context) {
    const { tally, onEnd, say, seed } = context;
    const python = await findSchemathesisPython();
    if (python === undefined) throw new NotPossibleError('there is no Python with Schemathesis, and none can be made');
    const service = await startService(context, { environment: { AUTH: 'keys' } });
    const storage = createStorage({ databaseUrl: service.database.url });
    onEnd(() => storage.close());
    const other = await storage.projects.create({ name: `${OTHER}-project` });
    const [own, its] = [
      await newTenant(context, service, storage, { name: 'own', project: DEFAULT_PROJECT }),
      await newTenant(context, service, storage, { name: OTHER, project: other.id }),
    ];
    await waitForEnds(service, [own.job, its.job]);
    // What is submitted from here on waits: nobody works on it.
    await service.workers[0]!.stop();
    const [ownIds, otherIds] = [await idsOf(service, DEFAULT_PROJECT), await idsOf(service, other.id)];
    const secrets = [OTHER, other.id, ...Object.values(otherIds).flat()];
    let hidden: readonly string[] = secrets;
    const proxy = await judgingProxy(service.urls[0]!, { tally, secrets: () => hidden });
    onEnd(() => proxy.close());

    const run = (key: string, examples: number, args: string[]) =>
      schemathesis(context, { python, url: proxy.url, key, examples, ownIds, otherIds, args });
    const isTenant = ['--exclude-path-regex', '^/v1/(keys|projects|audit)'];
    await run(own.key, EXAMPLES, isTenant);
    say(`${proxy.count()} requests of Schemathesis as a tenant`);
    // An administrator may see every project.
    hidden = [];
    const { text: adminKey } = await createKey(storage, {
      name: 'administrator',
      project: DEFAULT_PROJECT,
      scopes: ['admin'],
      limits: {},
    });
    await run(adminKey, EXAMPLES, ['--include-path-regex', '^/v1/(keys|projects|audit|workers)']);
    tally.did('request of Schemathesis', proxy.count());
    say('the rest');
    hidden = secrets;
    const rest = Math.max(0, WANTED - proxy.count());
    await sendGenerated(proxy.url, { key: own.key, seed, count: rest, ids: [ownIds, otherIds] });
    tally.did('request of our own generator', rest);
    for (const [status, times] of Object.entries(proxy.statuses())) tally.measured(`answers ${status}`, times);
    tally.check(`there were at least ${WANTED} requests`, proxy.count() >= WANTED, proxy.count());
    tally.check('the API is the process that it was before', service.apis[0]!.starts() === 1);
  },
};

interface Tenant {
  key: string;
  client: Client;
  job: string;
}

/** A project's key, its teacher and rollouts, and a job. */
async function newTenant(
  { directory }: ScenarioContext,
  service: Service,
  storage: Storage,
  { name, project }: { name: string; project: string },
): Promise<Tenant> {
  const { text: key } = await createKey(storage, { name, project, scopes: SCOPES, limits: {} });
  const client = createClient({ baseUrl: service.urls[0]!, apiKey: key });
  await registerTiny(client, directory, name);
  const spec = tinySpec({ teacher: name, rollouts: name, name: `${name}-model`, metadata: { who: name } }) as JobSpec;
  const { id: job } = await client.jobs.create(spec);
  return { key, client, job };
}

type Ids = Record<string, string[]>;

/** Of the project's rows, by the word in their address. */
async function idsOf({ database }: Service, project: string): Promise<Ids> {
  const entries = ['jobs', 'models', 'teachers', 'rollouts', 'uploads'].map(async (table) => {
    const rows = await database.query<{ id: string }>(`SELECT id FROM ${table} WHERE project_id = $1`, [project]);
    return [table, rows.map(({ id }) => id)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Its command; the script of that name in a virtual environment that was moved does not start. */
const PROGRAM = 'from schemathesis.cli import schemathesis; schemathesis()';

const CONFIG = join(import.meta.dirname, 'schemathesis.toml');

interface Run {
  python: string;
  url: string;
  key: string;
  /** Of each operation, in each phase. */
  examples: number;
  ownIds: Ids;
  otherIds: Ids;
  args: string[];
}

async function schemathesis({ tally, seed }: ScenarioContext, run: Run): Promise<void> {
  const { python, url, key, examples, ownIds, otherIds, args } = run;
  const settings = [
    ['--header', `Authorization: Bearer ${key}`],
    ['--checks', CHECKS.join()],
    ['--mode', 'all'],
    ['--max-examples', String(examples)],
    ['--seed', String(seed)],
    ['--request-timeout', String(TIMEOUT_S)],
    ['--suppress-health-check', 'all'],
  ].flat();
  const child = spawn(
    python,
    ['-c', PROGRAM, '--no-color', '--config-file', CONFIG, 'run', `${url}/openapi.json`, ...settings, ...args],
    {
      env: {
        ...process.env,
        PYTHONPATH: import.meta.dirname,
        SCHEMATHESIS_HOOKS: 'schemathesis_hooks',
        OWN_IDS: JSON.stringify(ownIds),
        OTHER_IDS: JSON.stringify(otherIds),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const [said, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  tally.check('Schemathesis found nothing', child.exitCode === 0, `exit code ${child.exitCode}`);
  if (child.exitCode !== 0) console.log(`${said}\n${errors}`);
}
