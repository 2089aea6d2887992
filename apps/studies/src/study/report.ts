import { type Entry } from './ledger.ts';
import { type Machine } from './machine.ts';
import { type Row } from './study.ts';

/** The file that a study leaves: its rows, and all that is needed to make them again. */
export interface Report {
  study: string;
  command: string;
  quick: boolean;
  /** Of the first and the last row. */
  from: string;
  to: string;
  machines: Machine[];
  rows: Row[];
}

export function reportOf(study: string, entries: readonly Entry[], { quick }: { quick: boolean }): Report {
  const dates = entries.map(({ date }) => date).toSorted();
  const machines = new Map(entries.map(({ machine }) => [JSON.stringify(machine), machine]));
  return {
    study,
    command: `npm run studies -- ${study}${quick ? ' --quick' : ''}`,
    quick,
    from: dates[0] ?? '',
    to: dates.at(-1) ?? '',
    machines: [...machines.values()],
    rows: entries.map(({ cell, result }) => ({ cell, result })),
  };
}

/** A report's rows as a ledger has them; of which machine each was is no longer known where there were several. */
export function entriesOf({ rows, machines, to }: Report): Entry[] {
  return rows.map((row) => ({ ...row, machine: machines[0]!, date: to, seconds: 0 }));
}

/** JSON with a line for each row, so that a change of one is a change of one line. */
export function reportJson({ rows, ...head }: Report): string {
  const start = JSON.stringify(head, null, 1).replace(/\n\}$/, '');
  return `${start},\n "rows": [\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n ]\n}\n`;
}
