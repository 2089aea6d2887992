/**
 * The import table of ARCHITECTURE.md, as rules. Each package may import only what its row lists.
 * @type {Record<string, string[]>}
 */
const mayImport = {
  'libs/sobolev': [],
  'libs/arcade': [],
  'libs/storage': [],
  'libs/queue': [],
  'libs/compute': [],
  'libs/operations': [],
  'libs/programs': [],
  'libs/rollouts': [],
  'libs/policies': ['libs/sobolev'],
  'libs/distillation': ['libs/sobolev', 'libs/policies', 'libs/rollouts', 'libs/arcade'],
  'libs/client': [],
  'apps/worker': [
    'libs/distillation',
    'libs/compute',
    'libs/storage',
    'libs/queue',
    'libs/operations',
    'libs/programs',
  ],
  'apps/api': ['libs/distillation/src/spec', 'libs/storage', 'libs/queue', 'libs/operations'],
  'apps/studies': ['libs/distillation', 'libs/sobolev', 'libs/policies', 'libs/compute'],
  'apps/standalone': ['libs/programs'],
  'apps/dashboard': ['libs/client'],
  'apps/demo': ['libs/client'],
  'apps/cli': ['libs/client'],
};

const importRules = Object.entries(mayImport).map(([from, allowed]) => ({
  name: `${from.replace('/', '-')}-imports`,
  comment: `${from} may import of ours only: ${allowed.join(', ') || 'nothing'} (import table in ARCHITECTURE.md).`,
  severity: 'error',
  from: { path: `^${from}/`, pathNot: '\\.test\\.tsx?$' },
  to: { path: '^(apps|libs)/', pathNot: [from, ...allowed].map((path) => `^${path}/`) },
}));

export default {
  forbidden: [
    ...importRules,
    {
      name: 'no-cycles',
      comment: 'Data flows one way: break the cycle by moving the shared idea into a file of its own.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'api-never-touches-a-tensor',
      comment: 'apps/api answers HTTP; whatever needs the tensor engine belongs in the worker.',
      severity: 'error',
      from: { path: '^apps/api/', pathNot: '\\.test\\.ts$' },
      to: { path: 'node_modules/@tensorflow/', reachable: true },
    },
    {
      name: 'routes-see-one-project',
      comment:
        "A route gets the rows of the request's project from `scoped(request)`; all rows are for the process, and for what is no project's.",
      severity: 'error',
      from: {
        path: '^apps/api/src/',
        pathNot:
          '^apps/api/src/((app|main|openapi|sweeper|service-dependencies)\\.ts|health/|access/|operations/|.*\\.test\\.ts)',
      },
      to: { path: '^apps/api/src/service-dependencies\\.ts$' },
    },
    {
      name: 'sobolev-is-pure',
      comment: 'libs/sobolev is mathematics: tfjs-core, a random generator and eigenvectors, no input or output.',
      severity: 'error',
      from: { path: '^libs/sobolev/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '.',
        pathNot: ['^libs/sobolev/', 'node_modules/(@tensorflow/tfjs-core|pure-rand|ml-matrix)/'],
      },
    },
    {
      name: 'prisma-stays-in-storage',
      comment: 'Rows leave libs/storage as plain types.',
      severity: 'error',
      from: { pathNot: '^libs/storage/' },
      to: { path: 'node_modules/(@prisma|\\.prisma)/' },
    },
    {
      name: 'unresolvable',
      comment: 'An import that resolves to nothing.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(virtual:|vite/)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(apps|libs)/.*/(dist|generated)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
