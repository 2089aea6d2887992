import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';

/** What `.data/standalone.json` says: who serves this clone's data, and where. */
const Running = z.object({
  pid: z.number().int(),
  /** Kernel ticks at which the process started: process ids are reused. */
  started_ticks: z.string(),
  /** Absent while it starts. */
  url: z.string().optional(),
  engine: z.string().optional(),
  reason: z.string().optional(),
});
export type Running = z.infer<typeof Running>;

/**
 * Takes the data directory for this process: two sets of services on one database cluster would corrupt each other's
 * work.
 * @returns the living process that has it already, or undefined when it is ours now
 */
export async function claim(file: string): Promise<Running | undefined> {
  for (;;) {
    const mine: Running = { pid: process.pid, started_ticks: (await startTicks(process.pid)) ?? '' };
    if (await takes(file, mine)) return undefined;
    const other = await readRunning(file);
    if (other) return other;
    await rm(file, { force: true });
  }
}

/** Adds where the services are, once they are. */
export async function publish(file: string, where: { url: string; engine: string; reason: string }): Promise<void> {
  const mine: Running = { pid: process.pid, started_ticks: (await startTicks(process.pid)) ?? '', ...where };
  await rename(await written(file, mine), file);
}

export async function release(file: string): Promise<void> {
  await rm(file, { force: true });
}

/** A link appears with its content or not at all, and never in place of another: a file being written would be neither. */
async function takes(file: string, mine: Running): Promise<boolean> {
  const whole = await written(file, mine);
  const taken = await link(whole, file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      return false;
    },
  );
  await rm(whole, { force: true });
  return taken;
}

async function written(file: string, mine: Running): Promise<string> {
  const whole = `${file}.${process.pid}`;
  await writeFile(whole, `${JSON.stringify(mine)}\n`);
  return whole;
}

async function readRunning(file: string): Promise<Running | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const parsed = Running.safeParse(text === '' ? undefined : JSON.parse(text));
  if (!parsed.success) return undefined;
  return (await startTicks(parsed.data.pid)) === parsed.data.started_ticks ? parsed.data : undefined;
}

/** Undefined when there is no such process. */
async function startTicks(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field, the program's name, may itself hold spaces and brackets.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}
