/** What stands on an axis. Values on a logarithmic one are positive; names stand in the order that is given. */
export type Axis =
  { label: string; scale: 'linear' | 'log' } | { label: string; scale: 'names'; names: readonly string[] };

export interface Point {
  /** A number, or a name where the axis has names. */
  x: number | string;
  y: number | string;
  /** Ends of an interval, along the axis that has numbers (y, if both have). */
  low?: number;
  high?: number;
}

export interface Series {
  name: string;
  points: readonly Point[];
  /** Whether the points are joined. */
  line?: boolean;
}

export interface Panel {
  title: string;
  x: Axis;
  y: Axis;
  series: readonly Series[];
}

/** Panels in rows. Series of one name look alike in all of them. */
export interface Figure {
  panels: readonly Panel[];
  columns: number;
}
