import { type NewKey } from '@distiller/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { service } from '../service/service.ts';
import { CheckList } from '../shell/check-list.tsx';
import { Form } from '../shell/form.tsx';
import { Problem } from '../shell/states.tsx';
import { ToldOnce } from './told-once.tsx';

type Scope = NewKey['scopes'][number];

const RESOURCES = ['jobs', 'teachers', 'rollouts', 'labels', 'models', 'uploads', 'webhooks'] as const;
const SCOPES: readonly (readonly [Scope, string])[] = [
  ['admin', 'do everything, keys and projects too'],
  ...RESOURCES.flatMap(
    (resource) =>
      [
        [`${resource}:read`, `read ${resource}`],
        [`${resource}:write`, `make and change ${resource}`],
      ] as const,
  ),
];
const DAY_MS = 24 * 3_600_000;
const LIVES = [
  [30, 'in 30 days'],
  [90, 'in 90 days'],
  [365, 'in a year'],
  [0, 'never'],
] as const;

/** Makes a key; it is shown this once. */
export function KeyForm() {
  const queries = useQueryClient();
  const [nameId, lifeId] = [useId(), useId()];
  const [name, setName] = useState('');
  const [days, setDays] = useState<number>(90);
  const [scopes, setScopes] = useState<readonly Scope[]>(['jobs:read', 'models:read']);
  const create = useMutation({
    mutationFn: () => {
      const expires = days > 0 ? { expires_at: new Date(Date.now() + days * DAY_MS).toISOString() } : {};
      return service.keys.create({ name, scopes: [...scopes], ...expires });
    },
    onSuccess: () => setName(''),
    onSettled: () => queries.invalidateQueries({ queryKey: ['list', 'keys'] }),
  });
  return (
    <Form onSubmit={() => create.mutate()}>
      <div className="field">
        <label htmlFor={nameId}>Name</label>
        <input id={nameId} required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
        <p className="hint">Who or what it is for: the audit and the list below say so.</p>
      </div>
      <div className="field">
        <label htmlFor={lifeId}>Ends</label>
        <select id={lifeId} value={days} onChange={(event) => setDays(Number(event.target.value))}>
          {LIVES.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </div>
      <CheckList legend="It may" options={SCOPES} chosen={scopes} onChange={setScopes} />
      {create.error && <Problem error={create.error} />}
      <ToldOnce secret={create.data?.key} />
      <button type="submit" className="primary" disabled={scopes.length === 0 || create.isPending}>
        Make it
      </button>
    </Form>
  );
}
