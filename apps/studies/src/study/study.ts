import { type Figure } from '../figures/figure.ts';

/** Whatever distinguishes one piece of work of a study from another: flat, so that it names a file and a row of JSON. */
export type Cell = Readonly<Record<string, string | number>>;

/** A cell and what came out. */
export interface Row<C extends Cell = Cell, R = unknown> {
  cell: C;
  result: R;
}

/** A claim that a study is about, and whether its rows bear it out. */
export interface Fact {
  claim: string;
  holds: boolean;
  /** The numbers behind it. */
  detail: string;
}

/** What a study's rows come to. */
export interface Findings {
  facts: Fact[];
  /** Markdown, tables mostly. */
  text: string;
  /** By the name of their file. */
  figures: Record<string, Figure>;
}

/** One question, as cells that can be computed one by one in any order and place. */
export interface Study<C extends Cell = Cell, R = unknown> {
  name: string;
  title: string;
  /**
   * All cells that can be known from what is done: a study that tunes asks for the best of what was tried only once all of
   * that is there. Asked again whenever something was added.
   */
  cells(done: readonly Row<C, R>[], quick: boolean): C[];
  /** @returns JSON */
  run(cell: C, quick: boolean): Promise<R>;
  findings(rows: readonly Row<C, R>[], quick: boolean): Findings;
}

/** A name for a cell: its values, joined. */
export function keyOf(cell: Cell): string {
  return Object.values(cell).join('_');
}
