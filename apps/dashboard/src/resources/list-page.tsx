import { type ReactNode } from 'react';
import { Answer, Empty } from '../shell/states.tsx';
import { useTitle } from '../shell/use-title.ts';
import { type useAll } from './use-all.ts';

/** A column's heading: words, words over numbers, or words that only a screen reader says. */
type Heading = string | { number: string } | { unseen: string };

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
            <div className="scroll card" tabIndex={0} role="region" aria-label={title}>
              <table>
                <thead>
                  <tr>{headings.map(headingCell)}</tr>
                </thead>
                <tbody>{items.map(row)}</tbody>
              </table>
            </div>
          )
        }
      </Answer>
    </div>
  );
}

function headingCell(heading: Heading): ReactNode {
  if (typeof heading === 'string') {
    return (
      <th key={heading} scope="col">
        {heading}
      </th>
    );
  }
  if ('number' in heading) {
    return (
      <th key={heading.number} scope="col" className="number">
        {heading.number}
      </th>
    );
  }
  return (
    <th key={heading.unseen} scope="col">
      <span className="unseen">{heading.unseen}</span>
    </th>
  );
}
