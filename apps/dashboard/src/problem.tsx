/** True of an error that no service said anything about: `fetch` reached nobody. */
export const isUnreachable = (error: Error | null): boolean => error instanceof TypeError;

/** What went wrong. The browser's own words for a service that is away ("Failed to fetch") tell nobody anything. */
export function Problem({ error }: { error: Error | null }) {
  return (
    <p className="problem" role="alert">
      {isUnreachable(error) ? 'The service does not answer.' : (error?.message ?? 'Something went wrong.')}
    </p>
  );
}
