import { type LayerTable } from '../description/layer-table.ts';

/** A file or data that the student comes from: what it is called and the sha256 of its bytes. */
export interface Source {
  name: string;
  sha256: string;
  /** What else should be said of it, as '14 episodes, 12,345 frames'. */
  detail?: string;
}

/** By which names metrics go, everywhere. */
export type MetricName = 'kl' | 'action_error' | 'jacobian_error' | 'return_ratio';

export interface CardMetric {
  name: MetricName;
  value: number;
  /** 95 % confidence. */
  interval?: readonly [low: number, high: number];
  /** What it was measured on, as '3,072 held-out frames' or '30 episodes'. */
  over?: string;
}

export interface CardExport {
  kind: string;
  file: string;
  bytes: number;
  sha256: string;
  /** Of its logits from the student's, relative to the largest; null where it was not run. */
  difference: number | null;
}

export interface CardLineage {
  teacher: Source;
  rollouts: Source;
  /** Absent where they were computed on the way and not kept. */
  labels?: Source;
  job: { id: string; /** Of the job's spec with all its defaults. */ specSha256: string; steps: number };
  seed: number;
  /** Of the service, of Node, of the tensor engine … */
  versions: Readonly<Record<string, string>>;
}

/** All that a model card says. */
export interface CardFacts {
  name: string;
  /** The loss in words, as 'kl + 1 · vjp (relative)'. */
  loss: string;
  lineage: CardLineage;
  contract: Readonly<Record<string, string | number | boolean>>;
  contractHash: string;
  actions: readonly string[];
  layers: LayerTable;
  metrics: readonly CardMetric[];
  exports: readonly CardExport[];
}
