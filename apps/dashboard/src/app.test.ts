import { createHash } from 'node:crypto';
import { type JobEvent } from '@distiller/client';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Dashboard, startDashboard } from '../../../test/dashboard.ts';
import { NO_CURVES } from './charts/series.ts';
import { applyEvent } from './job/use-job-stream.ts';

const executablePath = inject('chromiumPath');
const eventually = <Value>(value: () => Promise<Value>) => expect.poll(value, { timeout: 20_000 });

if (executablePath) {
  describe('in a browser, on the real API', () => {
    let dashboard: Dashboard;
    const { open, runningJob } = {
      open: (...all: Parameters<Dashboard['open']>) => dashboard.open(...all),
      runningJob: (changes?: object) => dashboard.runningJob(changes),
    };

    beforeAll(async () => {
      dashboard = await startDashboard(executablePath, { maxUploadBytes: 32 * 1024 ** 2 });
    });

    afterAll(() => dashboard.close());

    const chart = (page: Page, title: string) =>
      page.locator('figure', { has: page.getByRole('heading', { name: title, exact: true }) });

    /** The rows of a chart's table, the newest first. */
    async function tableOf(page: Page, title: string): Promise<string[][]> {
      const details = chart(page, title).locator('details');
      if ((await details.getAttribute('open')) === null) await details.locator('summary').click();
      const rows = await details.locator('tbody tr').all();
      return Promise.all(rows.map((row) => row.locator('th, td').allTextContents()));
    }

    /** Pixels of a canvas that have the colour of one of the curves. */
    function pixelsOf(page: Page, title: string, curve: number): Promise<number> {
      return chart(page, title)
        .locator('canvas')
        .evaluate((canvas: HTMLCanvasElement, name) => {
          const probe = document.body.appendChild(document.createElement('i'));
          probe.style.color = `var(${name})`;
          const wanted = getComputedStyle(probe).color.match(/\d+/g)!.map(Number);
          const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
          let count = 0;
          for (let i = 0; i < data.length; i += 4) {
            if (data[i + 3]! > 200 && wanted.every((value, channel) => Math.abs(value - data[i + channel]!) < 8))
              count++;
          }
          return count;
        }, `--curve-${curve}`);
    }

    test('a job is chosen from the table, and has an address of its own from then on', async () => {
      const { id } = await runningJob();
      const page = await open('/');
      await page.getByRole('link', { name: id }).click();
      await page.getByRole('heading', { name: id }).waitFor();
      expect(new URL(page.url()).pathname).toBe(`/jobs/${id}`);
      await page.goBack();
      await page.getByRole('region', { name: 'Jobs, table' }).waitFor();
      await page.goForward();
      await page.getByRole('heading', { name: id }).waitFor();
      await page.goto(`${dashboard.url}/?job=${id}`);
      await page.getByRole('heading', { name: id }).waitFor();
    });

    test('curves are drawn and tabled, and go on live as the job does', async () => {
      const { id, fence, step } = await runningJob();
      for (let i = 1; i <= 20; i++) await step(i, { value_term: 2 / i, derivative_term: 20 / i, loss: 22 / i });
      const page = await open(`/jobs/${id}`);
      await page.getByText('kl + vjp').first().waitFor();
      await eventually(async () => (await tableOf(page, 'Training loss'))[0]).toEqual(['20', '0.1', '1', '1.1']);
      expect(await tableOf(page, 'Training loss')).toHaveLength(20);
      for (const curve of [1, 2, 3]) expect(await pixelsOf(page, 'Training loss', curve)).toBeGreaterThan(30);
      await chart(page, 'kl').getByText('No values yet.').waitFor();

      await step(21, { value_term: 0.05, derivative_term: 0.5, loss: 0.55 });
      const data = { step: 21, kl: 0.125, action_error: 0.25, jacobian_error: 0.5 };
      const told = { type: 'evaluation', message: 'Evaluated', data };
      await dashboard.api.storage.jobs.recordProgress(fence, { events: [told] });
      await eventually(async () => (await tableOf(page, 'Training loss'))[0]).toEqual(['21', '0.05', '0.5', '0.55']);
      await chart(page, 'kl').locator('canvas').waitFor();
      await eventually(() => tableOf(page, 'kl')).toEqual([['21', '0.125']]);
      await eventually(() => tableOf(page, 'action_error')).toEqual([['21', '0.25']]);
      await eventually(() => tableOf(page, 'jacobian_error')).toEqual([['21', '0.5']]);
      await eventually(() => pixelsOf(page, 'kl', 1)).toBeGreaterThan(5);
      expect(await chart(page, 'kl').locator('.summary').textContent()).toContain('kl is 0.125 at step 21');
    });

    test('what comes live leaves the reader where she has zoomed to, and the cursor where it is', async () => {
      const { id, step } = await runningJob();
      for (let i = 1; i <= 20; i++) await step(i, { loss: 22 / i });
      const page = await open(`/jobs/${id}`);
      const plot = chart(page, 'Training loss').locator('.plot');
      await plot.focus();
      for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
      await page.keyboard.press('+');
      const reset = chart(page, 'Training loss').getByRole('button', { name: 'Reset zoom' });
      await reset.waitFor();
      const said = chart(page, 'Training loss').locator('[aria-live]');
      await eventually(() => said.textContent()).toContain('at step 5');
      await step(21, { loss: 0.5 });
      await eventually(() => chart(page, 'Training loss').locator('.summary').textContent()).toContain('at step 21');
      expect(await reset.isVisible()).toBe(true);
      expect(await plot.evaluate((element) => element === document.activeElement)).toBe(true);
      await page.keyboard.press('0');
      await reset.waitFor({ state: 'detached' });
    });

    test('the terms of a plain job are drawn although its derivative term is zero', async () => {
      const { id, step } = await runningJob({ loss: { derivative: { kind: 'none' } } });
      for (let i = 1; i <= 10; i++) await step(i, { value_term: 1 / i, derivative_term: 0, loss: 1 / i });
      const page = await open(`/jobs/${id}`, { colorScheme: 'dark' });
      await eventually(async () => (await tableOf(page, 'Training loss'))[0]).toEqual(['10', '0.1', '0', '0.1']);
      expect(await pixelsOf(page, 'Training loss', 3)).toBeGreaterThan(30);
      expect(await pixelsOf(page, 'Training loss', 2)).toBeLessThan(30);
    });

    test('the job is cancelled from its page, when that is meant', async () => {
      const { id } = await runningJob();
      const page = await open(`/jobs/${id}`);
      await page.getByRole('button', { name: 'Cancel', exact: true }).click();
      await page.getByRole('button', { name: 'Keep it' }).click();
      expect(await dashboard.api.storage.jobs.get(id)).toMatchObject({ status: 'running' });
      await page.getByRole('button', { name: 'Cancel', exact: true }).click();
      await page.getByRole('button', { name: 'Cancel the job' }).click();
      await page.locator('.job-header').getByText('cancelling').waitFor();
      expect(await dashboard.api.storage.jobs.get(id)).toMatchObject({ status: 'cancelling' });
      await page.locator('.toast').getByText('The job is being cancelled.').waitFor();
    });

    test('why a job failed is said, and one that does not exist is', async () => {
      const { id, fence } = await runningJob();
      const error = { code: 'diverged', message: 'the derivative term is not finite at step 7' };
      await dashboard.api.storage.jobs.finish(fence, { status: 'failed', error });
      const page = await open(`/jobs/${id}`);
      await page.getByRole('alert').getByText('the derivative term is not finite at step 7').waitFor();
      await chart(page, 'kl').getByText('No values.').waitFor();
      const other = await open('/jobs/job_nowhere');
      await other.getByRole('alert').getByText('job_nowhere').waitFor();
    });

    test('a service that goes away is said to have, and what was heard stays', async () => {
      const { id } = await runningJob();
      const page = await open('/');
      await page.getByRole('link', { name: id }).waitFor();
      await page.route('**/v1/**', (route) => route.abort());
      await page.getByText('Disconnected').waitFor();
      expect(await page.getByRole('link', { name: id }).isVisible()).toBe(true);
      await page.unroute('**/v1/**');
      await eventually(() => page.locator('.connection').textContent()).toBe('');
    });

    test('a service that is away from the first is said to be, and the job is shown when it is back', async () => {
      const { id } = await runningJob();
      const page = await open('/');
      await page.route('**/v1/**', (route) => route.abort());
      await page.goto(`${dashboard.url}/jobs/${id}`);
      await page.getByText('Disconnected').waitFor();
      await page.getByText(`Loading ${id}`).waitFor();
      await page.unroute('**/v1/**');
      await page.getByRole('heading', { name: id }).waitFor();
    });

    test('on a narrow screen the page does not scroll sideways, and the table does in its own frame', async () => {
      const { id } = await runningJob();
      const page = await open('/', { viewport: { width: 400, height: 800 } });
      await page.getByRole('link', { name: id }).waitFor();
      for (const path of ['/', `/jobs/${id}`, '/compare', '/new', '/models', '/teachers', '/rollouts']) {
        await page.goto(`${dashboard.url}${path}`);
        await page.locator('main').waitFor();
        expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(400);
      }
    });

    test('a spec is held against the defaults and against another job, and copied as a command', async () => {
      const { id } = await runningJob({ steps: 77, loss: { value: { kind: 'mse' } } });
      const other = await runningJob({ steps: 78 });
      const page = await open(`/jobs/${id}?view=spec`, { permissions: ['clipboard-read', 'clipboard-write'] });
      const rows = async () => {
        const all = await page.locator('.diff tbody tr').all();
        return Promise.all(all.map(async (row) => (await row.locator('th, td').allTextContents()).join(' ')));
      };
      await eventually(rows).toContain('steps 77 3000');
      expect(await rows()).toContain('loss.value.kind mse kl');
      expect((await rows()).join('\n')).not.toContain('batch_size');
      await page.getByLabel('Against').fill(other.id);
      await eventually(async () => (await rows()).join('\n')).toContain('steps 77 78');
      await page.getByRole('button', { name: 'curl' }).click();
      await page.locator('.toast').getByText('Copied as curl.').waitFor();
      const command = await page.evaluate(() => navigator.clipboard.readText());
      const spec = JSON.parse(/-d '(.*)'$/.exec(command)?.[1] ?? '') as object;
      const { status, body } = await dashboard.api.post('/v1/jobs', spec);
      expect(status).toBe(201);
      expect(body['spec']).toEqual((await dashboard.api.get(`/v1/jobs/${id}`)).body['spec']);
    });

    test('a job is submitted from the form, which says at the field what is wrong', async () => {
      const page = await open('/new?kind=distillation&teacher=pong-player');
      await page.getByLabel('rollouts', { exact: true }).fill('nothing-such');
      await page.getByLabel('steps', { exact: true }).fill('0');
      await page.getByText('must be at least 1', { exact: true }).waitFor();
      await page.getByLabel('steps', { exact: true }).fill('12');
      await page.getByRole('button', { name: 'Submit' }).click();
      await page.locator('.field-error').getByText('nothing-such').waitFor();
      await page.getByLabel('rollouts', { exact: true }).fill('pong-player');
      await page.getByLabel('layers').fill(JSON.stringify(dashboard.spec.student.layers));
      await page.getByLabel('preset').selectOption('');
      await page.getByRole('button', { name: 'Submit' }).click();
      await page.waitForURL('**/jobs/job_*');
      const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
      expect(await dashboard.api.storage.jobs.get(id)).toMatchObject({ spec: { steps: 12, rollouts: 'pong-player' } });

      await page.getByRole('link', { name: 'Duplicate with edits' }).click();
      await eventually(() => page.getByLabel('steps', { exact: true }).inputValue()).toBe('12');
    });

    test('twenty jobs at most are compared, over their seeds where that is asked for', async () => {
      const jobs = await Promise.all([1, 2, 3].map((seed) => runningJob({ seed })));
      for (const [index, { step }] of jobs.entries()) await step(10, { kl: 0.1 * (index + 1), loss: 1 });
      const page = await open(`/compare?jobs=${jobs.map(({ id }) => id).join(',')}`);
      await eventually(async () => (await tableOf(page, 'kl'))[0]).toEqual(['10', '0.1', '0.2', '0.3']);
      await page.locator('.diff').getByText('seed').waitFor();
      await page.getByLabel('Mean and range over seeds').check();
      await eventually(async () => (await tableOf(page, 'kl'))[0]).toEqual(['10', '0.2']);
    });

    test('a webhook is added, whose secret is shown once, pinged, switched off and on, and deleted', async () => {
      const page = await open('/webhooks');
      await page.locator('summary', { hasText: 'Add a webhook' }).click();
      await page.getByLabel('Address').fill('https://93.184.216.34/told');
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.getByText(/whsec_/).waitFor();
      await page.getByRole('link', { name: 'https://93.184.216.34/told' }).click();
      await page.getByRole('button', { name: 'Ping' }).click();
      await page.getByRole('row', { name: /ping/ }).waitFor();
      expect(await page.getByText(/whsec_/).count()).toBe(0);
      await page.getByRole('button', { name: 'Disable' }).click();
      await page.locator('.crumbs').getByText('disabled').waitFor();
      expect(await page.getByRole('button', { name: 'Ping' }).isDisabled()).toBe(true);
      await page.getByRole('button', { name: 'Enable' }).click();
      await page.locator('.crumbs').getByText('enabled').waitFor();
      await page.getByRole('button', { name: 'Delete' }).click();
      await page.waitForURL('**/webhooks');
      await page.getByText('No webhooks yet.').waitFor();
    });

    test('a large file goes on where its connection was lost', async () => {
      const page = await open('/rollouts');
      const sent: string[] = [];
      await page.route('**/v1/uploads/tus/**', (route) => {
        const { method, headers } = { method: route.request().method(), headers: route.request().headers() };
        sent.push(method === 'PATCH' ? `PATCH ${headers['upload-offset']}` : method);
        return sent.length === 2 ? route.abort('connectionreset') : route.continue();
      });
      const [MIB, buffer] = [1024 ** 2, Buffer.alloc(20 * 1024 ** 2, 'play')];
      const file = { name: 'large.zarr.zip', mimeType: 'application/zip', buffer };
      await page.getByLabel('File (.zarr.zip)', { exact: true }).setInputFiles(file);
      const sha256 = createHash('sha256').update(buffer).digest('hex');
      await page.getByText(`is there: sha256 ${sha256.slice(0, 12)}`).waitFor({ state: 'attached' });
      expect(sent).toEqual(['PATCH 0', `PATCH ${8 * MIB}`, 'HEAD', `PATCH ${8 * MIB}`, `PATCH ${16 * MIB}`]);
    });

    test('a model is named, and given an alias that is taken away again', async () => {
      const { id, fence } = await runningJob();
      const { body: teacher } = await dashboard.api.get('/v1/teachers/pong-player');
      const stored = await dashboard.api.artifacts.put(Buffer.from('a student'));
      const file = { name: 'student' as const, filename: 'student.safetensors', mediaType: 'application/octet-stream' };
      const model = {
        observation: teacher['observation'] as object,
        contractHash: String(teacher['contract_hash']),
        actions: teacher['actions'] as string[],
        layerTable: (await dashboard.api.get(`/v1/jobs/${id}`)).body['student'],
        metrics: { kl: 0.1 },
        files: [{ ...file, ...stored }],
      };
      await dashboard.api.storage.jobs.finish(fence, { status: 'succeeded', result: { kl: 0.1 }, made: { model } });
      const made = (await dashboard.api.storage.jobs.get(id))?.modelId ?? '';
      const page = await open(`/models/${made}`);
      await page.getByLabel('Name', { exact: true }).fill('No Name');
      await page.getByRole('button', { name: 'Name it' }).click();
      await page.getByRole('alert').getByText('/name').first().waitFor();
      await page.getByLabel('Name', { exact: true }).fill('pong-small');
      await page.getByRole('button', { name: 'Name it' }).click();
      await page.getByRole('heading', { name: 'pong-small@1' }).waitFor();
      await page.getByLabel('Alias', { exact: true }).fill('production');
      await page.getByRole('button', { name: 'Give it' }).click();
      await page.getByRole('button', { name: 'Remove the alias production' }).waitFor();
      expect((await dashboard.api.get('/v1/models/pong-small@production')).body['id']).toBe(made);
      await page.getByRole('button', { name: 'Remove the alias production' }).click();
      await eventually(async () => (await dashboard.api.get('/v1/models/pong-small@production')).status).toBe(404);
    });

    test('what is loaded first is small', async () => {
      const html = await readFile(join(dashboard.directory, 'index.html'), 'utf8');
      const files = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, path]) => path ?? '');
      expect(files.length).toBeGreaterThan(0);
      const all = await readdir(join(dashboard.directory, 'assets'));
      expect(all.length).toBeGreaterThan(files.length);
      const sizes = await Promise.all(
        files.map(async (path) => gzipSync(await readFile(join(dashboard.directory, path))).byteLength),
      );
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(250 * 1024);
    });
  });
}

test('a job that goes on from a checkpoint tells its later steps again', () => {
  const line = { seq: 1, at: '2026-01-01T00:00:00Z', level: 'info', message: '' } as const;
  const told = (step: number, value: number): JobEvent => ({
    ...line,
    type: 'metrics',
    data: { step, points: [{ name: 'loss', step, value }] },
  });
  const again: JobEvent = { ...line, type: 'status', data: { status: 'running', attempt: 2, from_step: 1 } };
  const events = [told(1, 3), told(2, 9), told(3, 9), again, told(2, 2)];
  expect(events.reduce(applyEvent, NO_CURVES).get('loss')).toMatchObject({ steps: [1, 2], values: [3, 2] });
});
