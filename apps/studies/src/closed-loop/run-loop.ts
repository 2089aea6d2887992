import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { distillClosedLoop, type RegisteredTeacher } from '@distiller/distillation';
import { type DistillationSpec } from '@distiller/distillation/spec';
import { type Round } from './cells.ts';

/** A student that learns from what it meets, and how things stand after each round. */
export async function runLoop(spec: DistillationSpec, teacher: RegisteredTeacher): Promise<Round[]> {
  const directory = await mkdtemp(join(tmpdir(), 'closed-loop-'));
  try {
    return await roundsOf(distillClosedLoop(spec, { teacher, directory }));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function roundsOf(events: ReturnType<typeof distillClosedLoop>): Promise<Round[]> {
  const rounds: Round[] = [];
  let [frames, heldOut] = [0, { kl: NaN, jacobian_error: NaN }];
  const clock = createClock();
  for await (const event of events) {
    const minutes = clock.tell(
      event.type === 'playing' || (event.type === 'evaluation' && 'return_ratio' in event.metrics),
    );
    if (event.type === 'round') frames += event.frames;
    if (event.type !== 'evaluation') continue;
    const { kl, jacobian_error, return_ratio } = event.metrics;
    if (return_ratio === undefined) heldOut = { kl: kl!, jacobian_error: jacobian_error! };
    else rounds.push({ step: event.step, frames, ...rounded({ minutes, return_ratio, ...heldOut }) });
  }
  return rounds;
}

/** Minutes of all that happened, without what led to events that are not to count. */
function createClock() {
  let [counted, last] = [0, performance.now()];
  return {
    tell: (isMeasuring: boolean): number => {
      const now = performance.now();
      if (!isMeasuring) counted += now - last;
      last = now;
      return counted / 60_000;
    },
  };
}

function rounded<Values extends Record<string, number>>(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Number(value.toPrecision(4))]),
  ) as Values;
}
