import { Link } from 'wouter';
import { ListPage } from '../resources/list-page.tsx';
import { useAll } from '../resources/use-all.ts';
import { service } from '../service/service.ts';
import { Time } from '../shell/time.tsx';
import { WebhookForm } from './webhook-form.tsx';
import { webhookState } from './webhook-state.ts';

export function WebhooksPage() {
  const webhooks = useAll('webhooks', service.webhooks.list);
  return (
    <ListPage
      title="Webhooks"
      lead="Addresses that are told, signed, what becomes of jobs."
      query={webhooks}
      empty="Add one above."
      headings={['address', 'told of', 'state', 'made']}
      above={
        <details className="card form-card">
          <summary>Add a webhook</summary>
          <WebhookForm />
        </details>
      }
      row={(webhook) => (
        <tr key={webhook.id}>
          <th scope="row">
            <Link href={`/webhooks/${webhook.id}`}>{webhook.url}</Link>
          </th>
          <td>{webhook.events.join(', ')}</td>
          <td>{webhookState(webhook)}</td>
          <td>
            <Time at={webhook.created_at} short />
          </td>
        </tr>
      )}
    />
  );
}
