import { type Webhook, type WebhookDelivery } from '@distiller/client';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { ListTable } from '../resources/list-table.tsx';
import { useAll } from '../resources/use-all.ts';
import { service } from '../service/service.ts';
import { Answer, Empty } from '../shell/states.tsx';
import { StatusBadge } from '../shell/status-badge.tsx';
import { Time } from '../shell/time.tsx';
import { useDoing } from '../shell/use-doing.ts';
import { useTitle } from '../shell/use-title.ts';
import { webhookState } from './webhook-state.ts';

/** One webhook and the log of what it was sent. */
export function WebhookPage({ id }: { id: string }) {
  useTitle('Webhook');
  const webhook = useQuery({ queryKey: ['webhook', id], queryFn: () => service.webhooks.get(id) });
  const deliveries = useAll(`webhooks/${id}/deliveries`, (page) => service.webhooks.deliveries(id, page));
  return (
    <div className="page">
      <Answer query={webhook} what="the webhook">
        {(found) => (
          <>
            <header className="job-header">
              <div>
                <p className="crumbs">
                  <Link href="/webhooks">Webhooks</Link> / {webhookState(found)}
                </p>
                <h1>{found.url}</h1>
                <span className="muted">told of {found.events.join(', ')}</span>
              </div>
              <div className="actions">
                <Actions webhook={found} />
              </div>
            </header>
            <Answer query={deliveries} what="its deliveries">
              {(rows) => <Deliveries webhook={id} rows={rows} />}
            </Answer>
          </>
        )}
      </Answer>
    </div>
  );
}

function Actions({ webhook: { id, disabled } }: { webhook: Webhook }) {
  const [, go] = useLocation();
  const ping = useDoing(
    () => service.webhooks.ping(id),
    () => 'A ping is on its way.',
  );
  const able = useDoing(
    () => service.webhooks.update(id, { disabled: !disabled }),
    () => 'Changed.',
  );
  const remove = useDoing(
    () => service.webhooks.delete(id),
    () => 'Deleted.',
  );
  return (
    <>
      <button type="button" disabled={disabled || ping.isPending} onClick={() => ping.mutate()}>
        Ping
      </button>
      <button type="button" disabled={able.isPending} onClick={() => able.mutate()}>
        {disabled ? 'Enable' : 'Disable'}
      </button>
      <button
        type="button"
        disabled={remove.isPending}
        onClick={() => remove.mutate(undefined, { onSuccess: () => go('/webhooks') })}
      >
        Delete
      </button>
    </>
  );
}

const HEADINGS = ['event', 'status', 'attempts', 'last answer', 'next attempt', 'written', { unseen: 'again' }];

function Deliveries({ webhook, rows }: { webhook: string; rows: readonly WebhookDelivery[] }) {
  if (rows.length === 0) return <Empty title="Nothing was sent yet.">Ping it, to see that it hears.</Empty>;
  return (
    <ListTable label="Deliveries" headings={HEADINGS}>
      {rows.map((row) => (
        <DeliveryRow key={row.id} webhook={webhook} delivery={row} />
      ))}
    </ListTable>
  );
}

function DeliveryRow({ webhook, delivery }: { webhook: string; delivery: WebhookDelivery }) {
  const again = useDoing(
    () => service.webhooks.redeliver(webhook, delivery.id),
    () => 'It is sent again.',
  );
  return (
    <tr>
      <th scope="row">{delivery.type}</th>
      <td>
        <StatusBadge status={delivery.status} />
      </td>
      <td>{delivery.attempts.length}</td>
      <td>{lastAnswer(delivery)}</td>
      <td>{delivery.next_attempt_at ? <Time at={delivery.next_attempt_at} short /> : '–'}</td>
      <td>
        <Time at={delivery.created_at} short />
      </td>
      <td>
        <button type="button" disabled={again.isPending} onClick={() => again.mutate()}>
          Send again
        </button>
      </td>
    </tr>
  );
}

function lastAnswer({ attempts }: WebhookDelivery): string {
  const last = attempts.at(-1);
  return last ? String(last.status_code ?? last.error ?? '–') : '–';
}
