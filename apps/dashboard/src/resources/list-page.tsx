import { type ReactNode } from 'react';
import { Answer, Empty } from '../shell/states.tsx';
import { useTitle } from '../shell/use-title.ts';
import { type Heading, ListTable } from './list-table.tsx';
import { type useAll } from './use-all.ts';

interface ListPageProps<Item> {
  /** Such as `Teachers`. */
  title: string;
  lead: string;
  query: ReturnType<typeof useAll<Item>>;
  /** What makes the first of them, where there is none. */
  empty: ReactNode;
  headings: readonly Heading[];
  /** What stands between the title and the list. */
  above?: ReactNode;
  /** A `tr`, with its key. */
  row: (item: Item) => ReactNode;
}

/** All resources of one kind, a row each. */
export function ListPage<Item>({ title, lead, query, empty, headings, above, row }: ListPageProps<Item>) {
  useTitle(title);
  const what = title.toLowerCase();
  return (
    <div className="page">
      <header className="page-title">
        <h1>{title}</h1>
        <p className="muted">{lead}</p>
      </header>
      {above}
      <Answer query={query} what={what}>
        {(items) =>
          items.length === 0 ? (
            <Empty title={`No ${what} yet.`}>{empty}</Empty>
          ) : (
            <ListTable label={title} headings={headings}>
              {items.map(row)}
            </ListTable>
          )
        }
      </Answer>
    </div>
  );
}
