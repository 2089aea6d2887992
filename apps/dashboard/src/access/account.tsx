import { useQueryClient } from '@tanstack/react-query';
import { signOut, useIdentity } from '../service/identity.ts';

/** Who has signed in, where the service asks. */
export function Account() {
  const queries = useQueryClient();
  const { data } = useIdentity();
  if (data?.auth !== 'keys' || !data.key) return null;
  return (
    <button
      type="button"
      title={`Signed in with the key '${data.key.name}' of ${data.project}`}
      onClick={() => void signOut().then(() => queries.resetQueries())}
    >
      Sign out
    </button>
  );
}
