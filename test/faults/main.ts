// `npm run test:faults [-- NAME …] [--seed N] [--json FILE] [--markdown FILE] [--allow-missing]`: does harm to a real
// service, scenario after scenario, and counts what held. Fails when something did not, or could not be tried.
import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomStream } from '@distiller/sobolev';
import { canBeApart, isApart, runApart } from './apart.ts';
import { type Ground, openGround } from './ground.ts';
import { type Outcome, markdown, table } from './report.ts';
import { NotPossibleError, type Scenario, type ScenarioContext } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';
import { createTally } from './tally.ts';

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    json: { type: 'string' },
    markdown: { type: 'string' },
    'allow-missing': { type: 'boolean', default: false },
  },
});
const unknown = names.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
if (unknown.length > 0) {
  console.error(`no scenario ${unknown.join(', ')}; there are ${SCENARIOS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
process.exit(!isApart() && canBeApart() ? runApart() : await runHere());

async function runHere(): Promise<number> {
  const seed = options.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(options.seed);
  console.log(`seed ${seed}: --seed ${seed} draws the same harm again\n`);
  const chosen = SCENARIOS.filter(({ name }) => names.length === 0 || names.includes(name));
  const ground = await openGround();
  const outcomes: Outcome[] = [];
  try {
    for (const scenario of chosen) {
      outcomes.push(await play(scenario, ground, seed));
      // After every scenario: what there is can be used.
      save(outcomes, seed);
    }
  } finally {
    await ground.close();
  }
  console.log(`\n${table(outcomes)}`);
  const isWell = ({ verdict }: Outcome) =>
    verdict === 'passed' || (verdict === 'NOT RUN' && options['allow-missing'] === true);
  return outcomes.every(isWell) ? 0 : 1;
}

function save(outcomes: Outcome[], seed: number): void {
  if (options.json) writeFileSync(options.json, `${JSON.stringify({ seed, outcomes }, null, 2)}\n`);
  if (options.markdown) writeFileSync(options.markdown, markdown(outcomes, seed));
}

async function play(scenario: Scenario, ground: Ground, seed: number): Promise<Outcome> {
  const startedAtMs = performance.now();
  const since = () => (performance.now() - startedAtMs) / 1000;
  const say = (text: string) => console.log(`${since().toFixed(1).padStart(7)} s  ${text}`);
  console.log(`${scenario.name}: ${scenario.harm}`);
  // The ground's own servers lie beside the scenarios, and one of each has the same name.
  const directory = join(ground.directory, 'scenarios', scenario.name);
  await mkdir(directory, { recursive: true });
  const endings: (() => unknown)[] = [];
  const tally = createTally(say);
  const random = randomStream(seed, 'noise', SCENARIOS.indexOf(scenario));
  const context: ScenarioContext = {
    ground,
    random,
    seed,
    tally,
    directory,
    say,
    onEnd: (cleanUp) => void endings.unshift(cleanUp),
  };
  let verdict: Outcome['verdict'] = 'passed';
  try {
    await scenario.run(context);
  } catch (error) {
    verdict = error instanceof NotPossibleError ? 'NOT RUN' : 'FAILED';
    tally.result.failures.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  for (const cleanUp of endings) await cleanUp();
  if (verdict === 'passed' && tally.result.failures.length > 0) verdict = 'FAILED';
  const { name, harm } = scenario;
  for (const failure of tally.result.failures) console.log(`  ${failure}`);
  console.log(`  ${verdict} after ${since().toFixed(0)} s\n`);
  return { name, harm, verdict, seconds: since(), ...tally.result };
}
