import { ProblemError } from '@distiller/client';
import { type ReactNode } from 'react';
import { isUnreachable } from '../service/connection.ts';

/** Nothing is there, and what would change that. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="state">
      <p className="state-title">{title}</p>
      {children && <div className="state-text">{children}</div>}
    </div>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <div className="state" aria-busy="true">
      <p className="state-text">Loading {what} …</p>
    </div>
  );
}

/** What went wrong. The browser's own words for a service that is away ("Failed to fetch") tell nobody anything. */
export function Problem({ error, onRetry }: { error: Error | null; onRetry?: () => void }) {
  const fields = error instanceof ProblemError ? (error.errors ?? []) : [];
  return (
    <div className="problem" role="alert">
      <p>{describeError(error)}</p>
      {fields.length > 0 && (
        <ul>
          {fields.map(({ pointer, parameter, detail }) => (
            <li key={`${pointer}${parameter}${detail}`}>
              <code>{pointer ?? parameter ?? ''}</code> {detail}
            </li>
          ))}
        </ul>
      )}
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

export function describeError(error: unknown): string {
  if (isUnreachable(error)) return 'The service does not answer.';
  return error instanceof Error ? error.message : 'Something went wrong.';
}

interface AnswerProps<Data> {
  query: { data: Data | undefined; error: Error | null; refetch: () => unknown };
  what: string;
  children: (data: Data) => ReactNode;
}

/** The three ways in which an answer is not there yet, and the answer. */
export function Answer<Data>({ query, what, children }: AnswerProps<Data>) {
  if (query.data !== undefined) return children(query.data);
  // That nobody answers, the header says; it is asked again by itself.
  if (query.error && !isUnreachable(query.error)) {
    return <Problem error={query.error} onRetry={() => void query.refetch()} />;
  }
  return <Loading what={what} />;
}
