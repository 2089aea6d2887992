/** What the load's process is asked for. */
export interface Load {
  port: number;
  /** Sent in turn. */
  requests: LoadRequest[];
  /** Requests at a time. */
  connections: number;
  /** It ends after so many answers. */
  answers?: number;
  /** It ends after so many milliseconds. */
  forMs?: number;
}

export interface LoadRequest {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: string;
  /** Each time another Idempotency-Key. */
  hasKey?: boolean;
}

export interface LoadResult {
  seconds: number;
  /** Of each answer, in milliseconds. */
  latencies: number[];
  /** Of the answers' bodies. */
  bytes: number;
  /** First lines of answers other than 2xx, how often each came. */
  refused: Record<string, number>;
}
