import { type WebhookEventType } from '@distiller/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { service } from '../service/service.ts';
import { CheckList } from '../shell/check-list.tsx';
import { Form } from '../shell/form.tsx';
import { Problem } from '../shell/states.tsx';
import { EVENT_TYPES, USUAL } from './event-types.ts';

const OPTIONS = Object.entries(EVENT_TYPES) as [WebhookEventType, string][];

/** Makes a webhook; its secret is shown this once. */
export function WebhookForm() {
  const queries = useQueryClient();
  const urlId = useId();
  const [url, setUrl] = useState('');
  const [events, setEvents] = useState(USUAL);
  const create = useMutation({
    mutationFn: () => service.webhooks.create({ url, events: [...events] }),
    onSuccess: () => setUrl(''),
    onSettled: () => queries.invalidateQueries({ queryKey: ['list', 'webhooks'] }),
  });
  return (
    <Form onSubmit={() => create.mutate()}>
      <div className="field">
        <label htmlFor={urlId}>Address</label>
        <input id={urlId} type="url" required value={url} onChange={(event) => setUrl(event.target.value)} />
        <p className="hint">https, and on the open internet unless the service allows more (WEBHOOKS_ALLOW).</p>
      </div>
      <CheckList legend="Tell it when" options={OPTIONS} chosen={events} onChange={setEvents} />
      {create.error && <Problem error={create.error} />}
      {create.data?.secret && (
        <p role="status">
          Its secret, shown only now: <code>{create.data.secret}</code>
        </p>
      )}
      <button type="submit" className="primary" disabled={events.length === 0 || create.isPending}>
        Add
      </button>
    </Form>
  );
}
