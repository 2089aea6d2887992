import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { Form } from '../shell/form.tsx';
import { Problem } from '../shell/states.tsx';
import { useTitle } from '../shell/use-title.ts';
import { signIn } from '../service/identity.ts';

/** Instead of every page, while the service does not know who asks. */
export function SignInPage() {
  useTitle('Sign in');
  const queries = useQueryClient();
  const id = useId();
  const [key, setKey] = useState('');
  const entering = useMutation({ mutationFn: () => signIn(key), onSuccess: () => queries.resetQueries() });
  return (
    <main id="main" className="page">
      <header className="page-title">
        <h1>Sobolev distiller</h1>
        <p className="muted">This service asks who you are.</p>
      </header>
      <Form className="form card sign-in" onSubmit={() => entering.mutate()}>
        <div className="field">
          <label htmlFor={id}>API key</label>
          <input
            id={id}
            type="password"
            autoComplete="current-password"
            required
            autoFocus
            value={key}
            onChange={(event) => setKey(event.target.value)}
          />
          <p className="hint">
            It begins with <code>dist_live_</code>. Whoever runs the service makes the first one with{' '}
            <code>npm run key</code>. It stays in this browser, out of reach of scripts, until you sign out.
          </p>
        </div>
        {entering.error && <Problem error={entering.error} />}
        <button type="submit" className="primary" disabled={entering.isPending}>
          Sign in
        </button>
      </Form>
    </main>
  );
}
