import { type Job, type Rollouts, type Teacher } from '@distiller/client';
import { type Command } from 'commander';
import { Ended } from '../failure.ts';
import { follow } from '../jobs/follow.ts';
import { openSession, say } from '../session.ts';
import { judgeReturn } from './measured-return.ts';

export function addCheck(teachers: Command): void {
  teachers
    .command('check')
    .description('lets it play one episode under its contract, and holds the return against the measured one')
    .argument('<name>', 'name or id')
    .action(check);
}

async function check(name: string, _options: object, command: Command): Promise<void> {
  const session = openSession(command);
  const { client } = session;
  const teacher = await client.teachers.get(name);
  const job = await client.jobs.create({
    kind: 'recording',
    name: checkName(teacher.name, new Date()),
    teacher: teacher.id,
    acting: { kind: teacher.return?.acting ?? 'sampled' },
    // Every episode that was begun is finished: this is one.
    frames: 1,
    games: 1,
  });
  const rollouts = await recordedBy(await follow(client, job), (id) => client.rollouts.get(id));
  const { isNear, lines } = compare(teacher, rollouts);
  session.print({ rollouts, return: rollouts.mean_return, measured: teacher.return, is_near: isNear }, lines);
  if (isNear) return;
  say('does the contract say what the teacher was trained under?');
  throw new Ended(1);
}

/** Of 64 characters at most, as the service wants names; milliseconds keep two checks apart. */
export function checkName(teacher: string, at: Date): string {
  const time = at.toISOString().slice(0, 23).replaceAll(/[-:.]/g, '').toLowerCase();
  return `check-${teacher.slice(0, 64 - 'check--'.length - time.length)}-${time}`;
}

function recordedBy({ made_rollouts: made, id }: Job, find: (id: string) => Promise<Rollouts>): Promise<Rollouts> {
  if (!made) throw new Error(`job ${id} made no rollouts`);
  return find(made.id);
}

function compare({ name, return: measured }: Teacher, { mean_return: episode, frames, episodes }: Rollouts) {
  const played = `${name} scores ${episode} (${episodes === 1 ? 'one episode' : `mean of ${episodes} episodes`}, ${frames} steps)`;
  if (!measured)
    return { isNear: true, lines: [played, 'no return was stated to compare with (teachers import --return)'] };
  const { isNear, words } = judgeReturn(episode, measured);
  return {
    isNear,
    lines: [played, words, isNear ? 'the contract fits, as far as one episode shows' : 'this is far off'],
  };
}
