import { type Address, useAddress } from '../shell/use-address.ts';
import { COLUMNS, type Column } from './columns.ts';
import { type Sort } from './select-jobs.ts';
import { type JobRow } from './use-summaries.ts';

/** As many as one can still tell apart in a drawing. */
export const MAX_SELECTED = 20;

export interface TableState {
  search: string;
  statuses: string[];
  kinds: string[];
  games: string[];
  sort: Sort;
  columns: readonly Column[];
  baseline: string | null;
  selected: string[];
  address: Address;
}

/** All that decides what the table shows, read from the address. */
export function useTableState(jobs: readonly JobRow[] | undefined): TableState {
  const address = useAddress();
  const chosen = address.list('columns');
  return {
    search: address.get('q') ?? '',
    statuses: address.list('status'),
    kinds: address.list('kind'),
    games: address.list('game'),
    sort: parseSort(address.get('sort')),
    columns: COLUMNS.filter((column) => isShown(column, chosen, jobs)),
    baseline: address.get('baseline'),
    selected: address.list('selected'),
    address,
  };
}

function isShown(
  { id, isShown: usually, isUpcoming }: Column,
  chosen: string[],
  jobs: readonly JobRow[] = [],
): boolean {
  if (id === 'job') return true;
  if (chosen.length > 0) return chosen.includes(id);
  const key = id === 'queue' ? 'queue_position' : 'priority';
  return usually && (!isUpcoming || jobs.some((job) => job[key] !== undefined && job[key] !== null));
}

function parseSort(text: string | null): Sort {
  const [column = 'created', direction = 'desc'] = (text ?? '').split(':').filter((part) => part !== '');
  return { column, isDescending: direction === 'desc' };
}

/** The first click shows the best first; the next turns it round. */
export function nextSort(column: Column, { column: current, isDescending }: Sort): string {
  const descends = current === column.id ? !isDescending : column.better !== 'low' && column.isNumber;
  return `${column.id}:${descends ? 'desc' : 'asc'}`;
}

export function toggled(list: readonly string[], one: string): string {
  return (list.includes(one) ? list.filter((other) => other !== one) : [...list, one]).join(',');
}
