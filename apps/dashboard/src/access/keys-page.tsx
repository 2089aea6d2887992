import { type ApiKey } from '@distiller/client';
import { useState } from 'react';
import { ListPage } from '../resources/list-page.tsx';
import { useAll } from '../resources/use-all.ts';
import { service } from '../service/service.ts';
import { Time } from '../shell/time.tsx';
import { useDoing } from '../shell/use-doing.ts';
import { KeyForm } from './key-form.tsx';
import { keyState } from './key-state.ts';
import { ToldOnce } from './told-once.tsx';

/** Who may use the service, and for what. */
export function KeysPage() {
  const keys = useAll('keys', service.keys.list);
  return (
    <ListPage
      title="Keys"
      lead="What programs and people show the service, to be let in."
      query={keys}
      empty="Make one above."
      headings={[
        'name',
        'begins with',
        'project',
        'may',
        'state',
        'last used',
        'made',
        { unseen: 'what to do with it' },
      ]}
      above={
        <details className="card form-card">
          <summary>Make a key</summary>
          <KeyForm />
        </details>
      }
      row={(key) => <KeyRow key={key.id} apiKey={key} />}
    />
  );
}

function KeyRow({ apiKey }: { apiKey: ApiKey }) {
  const { id, name, prefix, project, scopes } = apiKey;
  const state = keyState(apiKey);
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <code>{prefix}…</code>
      </td>
      <td>{project}</td>
      <td>{scopes.join(', ')}</td>
      <td>
        {state}
        {state === 'valid' && apiKey.expires_at && (
          <>
            {' '}
            until <Time at={apiKey.expires_at} short />
          </>
        )}
      </td>
      <td>{apiKey.last_used_at ? <Time at={apiKey.last_used_at} short /> : '–'}</td>
      <td>
        <Time at={apiKey.created_at} short />
      </td>
      <td>{state === 'valid' && <KeyActions id={id} name={name} />}</td>
    </tr>
  );
}

function KeyActions({ id, name }: { id: string; name: string }) {
  const [told, setTold] = useState<string>();
  const rotate = useDoing(
    async () => setTold((await service.keys.rotate(id)).key),
    () => 'It has a new secret; the one before is taken for another day.',
  );
  const revoke = useDoing(
    () => service.keys.revoke(id),
    () => `'${name}' is refused from now on.`,
  );
  return (
    <>
      <button type="button" disabled={rotate.isPending} onClick={() => rotate.mutate()}>
        New secret
      </button>{' '}
      <button
        type="button"
        disabled={revoke.isPending}
        onClick={() => confirm(`Revoke '${name}'? There is no way back.`) && revoke.mutate()}
      >
        Revoke
      </button>
      <ToldOnce secret={told} />
    </>
  );
}
