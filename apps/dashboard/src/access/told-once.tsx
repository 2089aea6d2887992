/** A secret that the service keeps only a hash of. */
export function ToldOnce({ secret }: { secret: string | undefined }) {
  if (secret === undefined) return null;
  return (
    <p role="status">
      Shown only now: <code className="secret">{secret}</code>{' '}
      <button type="button" onClick={() => void navigator.clipboard.writeText(secret)}>
        Copy
      </button>
    </p>
  );
}
