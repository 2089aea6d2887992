import { type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Dashboard, startDashboard } from '../../../../test/dashboard.ts';

const executablePath = inject('chromiumPath');
const eventually = <Value>(value: () => Promise<Value>) => expect.poll(value, { timeout: 20_000 });

if (executablePath) {
  describe('a service that asks for keys, in a browser', () => {
    let dashboard: Dashboard;

    beforeAll(async () => {
      dashboard = await startDashboard(executablePath, { auth: 'keys' });
    });

    afterAll(() => dashboard.close());

    async function signIn(page: Page, key: string): Promise<void> {
      await page.getByLabel('API key').fill(key);
      await page.getByRole('button', { name: 'Sign in' }).click();
    }

    /** The key with its last digit another one: its checksum is wrong, whatever the key. */
    const mistyped = (key: string) => key.slice(0, -1) + (key.endsWith('x') ? 'y' : 'x');

    const statusOf = async (key: string) => (await dashboard.api.as(key).get('/v1/jobs')).status;

    test('shows nothing but the door until a key is entered, and again once it is signed out of', async () => {
      const { id } = await dashboard.runningJob();
      const { text } = await dashboard.api.newKey({ scopes: ['jobs:read'] });
      const page = await dashboard.open(`/jobs/${id}`);
      await signIn(page, mistyped(text));
      await page.getByRole('alert').getByText('mistyped, or cut off').waitFor();
      expect(await page.getByText(id).count()).toBe(0);

      await signIn(page, text);
      await page.getByRole('heading', { name: id }).waitFor();
      expect(await page.evaluate('document.cookie')).toBe('');
      expect(await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })')).not.toContain('dist_live');
      await page.reload();
      await page.getByRole('heading', { name: id }).waitFor();
      expect(await page.getByRole('link', { name: 'Keys' }).count(), 'it is no administrator').toBe(0);

      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByLabel('API key').waitFor();
      expect((await page.request.get(`${dashboard.url}/v1/jobs`)).status()).toBe(401);
    });

    test('a live page goes on with the cookie, and is closed when its key is revoked', async () => {
      const { id, fence } = await dashboard.runningJob();
      const { text, row } = await dashboard.api.newKey({ scopes: ['jobs:read'] });
      const page = await dashboard.open(`/jobs/${id}?view=events`);
      await signIn(page, text);
      await page.getByRole('heading', { name: id }).waitFor();
      const events = [{ type: 'message', message: 'heard over the stream' }];
      await dashboard.api.storage.jobs.recordProgress(fence, { events });
      await page.getByText('heard over the stream').waitFor();
      await dashboard.api.post(`/v1/keys/${row.id}/revoke`);
      await page.getByLabel('API key').waitFor({ timeout: 30_000 });
    });

    test('an administrator makes a key, which is shown once and works, gives it a new secret, and revokes it', async () => {
      const page = await dashboard.open('/keys');
      await signIn(page, (await dashboard.api.newKey()).text);
      await page.getByText('Make a key').click();
      await page.getByLabel('Name').fill('nightly');
      await page.getByLabel('make and change jobs').check();
      await page.getByRole('button', { name: 'Make it' }).click();
      const key = (await page.locator('form .secret').textContent())!;
      const row = page.getByRole('row', { name: /nightly/ });
      await row.getByText('jobs:read, models:read, jobs:write').waitFor();
      expect(await statusOf(key)).toBe(200);

      await row.getByRole('button', { name: 'New secret' }).click();
      const next = (await row.locator('.secret').textContent())!;
      expect([next === key, await statusOf(next), await statusOf(key)]).toEqual([false, 200, 200]);

      page.once('dialog', (dialog) => void dialog.accept());
      await row.getByRole('button', { name: 'Revoke' }).click();
      await row.getByText('revoked').waitFor();
      await eventually(() => statusOf(next)).toBe(401);
      await page.reload();
      expect(await page.getByText(next).count()).toBe(0);
    });
  });
}
