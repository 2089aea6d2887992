import { type Webhook } from '@distiller/client';

/** How a webhook stands, in words. */
export function webhookState({ disabled, disabled_reason, failing_since }: Webhook): string {
  if (disabled_reason === 'gone') return 'disabled: its receiver is gone (410)';
  if (disabled_reason === 'failing') return 'disabled: it failed for days';
  if (disabled) return 'disabled';
  return failing_since ? 'failing' : 'enabled';
}
