import { type ReactNode } from 'react';

/** A column's heading: words, words over numbers, or words that only a screen reader says. */
export type Heading = string | { number: string } | { unseen: string };

interface ListTableProps {
  /** What a screen reader calls it. */
  label: string;
  headings: readonly Heading[];
  /** Its `tr`s. */
  children: ReactNode;
}

/** A table as wide as it needs, which scrolls with the keyboard too. */
export function ListTable({ label, headings, children }: ListTableProps) {
  return (
    <div className="scroll card" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>{headings.map(headingCell)}</tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
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
