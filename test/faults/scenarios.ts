import { blocked, clockJumps, twoWorkers } from './fencing.ts';
import { killsOnPostgres, killsOnRedis } from './kills.ts';
import { postgresOutages, redisOutages } from './outages.ts';
import { requests } from './requests.ts';
import { type Scenario } from './scenario.ts';
import { halfWritten, storeFull, storeSlow } from './store.ts';
import { streams } from './streams.ts';
import { submissions } from './submissions.ts';

/** All of them, in the order in which they are run. A scenario's place is part of its seed: new ones go to the end. */
export const SCENARIOS: readonly Scenario[] = [
  killsOnRedis,
  killsOnPostgres,
  postgresOutages,
  redisOutages,
  storeFull,
  halfWritten,
  storeSlow,
  blocked,
  twoWorkers,
  clockJumps,
  streams,
  submissions,
  requests,
];
