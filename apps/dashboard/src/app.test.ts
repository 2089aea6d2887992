import { type JobEvent } from '@distiller/client';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { type Api, registerBoth, startApi } from '../../../test/api.ts';
import { NO_CURVES } from './series.ts';
import { applyEvent } from './use-job-curves.ts';

const executablePath = inject('chromiumPath');
const eventually = <Value>(value: () => Promise<Value>) => expect.poll(value, { timeout: 20_000 });

if (executablePath) {
  describe('in a browser, on the real API', () => {
    let api: Api;
    let url: string;
    let browser: Browser;
    let dashboardDir: string;
    let spec: Awaited<ReturnType<typeof registerBoth>>;

    beforeAll(async () => {
      dashboardDir = await mkdtemp(join(tmpdir(), 'sobolev-dashboard-'));
      const root = join(import.meta.dirname, '..');
      await build({ root, logLevel: 'error', build: { outDir: dashboardDir, emptyOutDir: true } });
      api = await startApi({ dashboardDir });
      url = await api.app.listen({ port: 0 });
      spec = await registerBoth(api, 'pong-player');
      browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    });

    afterAll(async () => {
      await browser.close();
      await api.close();
      await rm(dashboardDir, { recursive: true });
    });

    async function open(path: string, options: { colorScheme?: 'dark' | 'light' } = {}): Promise<Page> {
      const page = await browser.newPage(options);
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(error.message));
      onTestFinished(async () => {
        await page.close();
        expect(faults).toEqual([]);
      });
      await page.goto(`${url}${path}`);
      return page;
    }

    /** A job that runs, with what a worker tells of a step. */
    async function runningJob(changes: object = {}) {
      const { body } = await api.post('/v1/jobs', { ...spec, steps: 100, ...changes });
      const id = String(body.id);
      await api.storage.jobs.claim(id);
      const fence = { jobId: id, attempt: 1 };
      const step = (number: number, values: Record<string, number>) => {
        const points = Object.entries(values).map(([name, value]) => ({ name, step: number, value }));
        const event = { type: 'metrics', message: `Step ${number}`, data: { step: number, points } };
        const rows = points.map((point) => ({ ...point, at: new Date() }));
        return api.storage.jobs.recordProgress(fence, { step: number, points: rows, events: [event] });
      };
      return { id, fence, step };
    }

    const chart = (page: Page, title: string) =>
      page.locator('figure', { has: page.getByRole('heading', { name: title, exact: true }) });

    /** The rows of a chart's table, the newest first. */
    async function tableOf(page: Page, title: string): Promise<string[][]> {
      const rows = await chart(page, title).locator('details tbody tr').all();
      return Promise.all(rows.map((row) => row.locator('th, td').allTextContents()));
    }

    /** Pixels of a canvas that have the colour of one of the curves. */
    function pixelsOf(page: Page, title: string, curve: number): Promise<number> {
      return chart(page, title)
        .locator('canvas')
        .evaluate((canvas: HTMLCanvasElement, name) => {
          const hex = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
          const wanted = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
          const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
          let count = 0;
          for (let i = 0; i < data.length; i += 4) {
            if (data[i + 3]! > 200 && wanted.every((value, channel) => Math.abs(value - data[i + channel]!) < 8))
              count++;
          }
          return count;
        }, `--curve-${curve}`);
    }

    test('a job is chosen from the list, and is in the address from then on', async () => {
      const { id } = await runningJob();
      const page = await open('/');
      await page.getByRole('link', { name: id }).click();
      await page.getByRole('heading', { name: id }).waitFor();
      expect(new URL(page.url()).searchParams.get('job')).toBe(id);
      await page.goBack();
      await page.getByText('Choose a job to see its curves.').waitFor();
      await page.goForward();
      await page.getByRole('heading', { name: id }).waitFor();
    });

    test('curves are drawn and tabled, and go on live as the job does', async () => {
      const { id, fence, step } = await runningJob();
      for (let i = 1; i <= 20; i++) await step(i, { value_term: 2 / i, derivative_term: 20 / i, loss: 22 / i });
      const page = await open(`/?job=${id}`);
      await page.getByText('kl + vjp').first().waitFor();
      await eventually(async () => (await tableOf(page, 'Training loss'))[0]).toEqual(['20', '0.1', '1', '1.1']);
      expect(await tableOf(page, 'Training loss')).toHaveLength(20);
      for (const curve of [1, 2, 3]) expect(await pixelsOf(page, 'Training loss', curve)).toBeGreaterThan(30);
      await chart(page, 'kl').getByText('No values yet.').waitFor();

      await step(21, { value_term: 0.05, derivative_term: 0.5, loss: 0.55 });
      const data = { step: 21, kl: 0.125, action_error: 0.25, jacobian_error: 0.5 };
      await api.storage.jobs.recordProgress(fence, { events: [{ type: 'evaluation', message: 'Evaluated', data }] });
      await eventually(async () => (await tableOf(page, 'Training loss'))[0]).toEqual(['21', '0.05', '0.5', '0.55']);
      await eventually(() => tableOf(page, 'kl')).toEqual([['21', '0.125']]);
      await eventually(() => tableOf(page, 'action_error')).toEqual([['21', '0.25']]);
      await eventually(() => tableOf(page, 'jacobian_error')).toEqual([['21', '0.5']]);
      expect(await pixelsOf(page, 'kl', 1)).toBeGreaterThan(5);
    });

    test('the terms of a plain job are drawn although its derivative term is zero', async () => {
      const { id, step } = await runningJob({ loss: { derivative: { kind: 'none' } } });
      for (let i = 1; i <= 10; i++) await step(i, { value_term: 1 / i, derivative_term: 0, loss: 1 / i });
      const page = await open(`/?job=${id}`, { colorScheme: 'dark' });
      await eventually(async () => (await tableOf(page, 'Training loss'))[0]).toEqual(['10', '0.1', '0', '0.1']);
      expect(await pixelsOf(page, 'Training loss', 3)).toBeGreaterThan(30);
      expect(await pixelsOf(page, 'Training loss', 2)).toBeLessThan(30);
    });

    test('the job is cancelled from its page', async () => {
      const { id } = await runningJob();
      const page = await open(`/?job=${id}`);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.locator('.job-header').getByText('cancelling').waitFor();
      expect(await api.storage.jobs.get(id)).toMatchObject({ status: 'cancelling' });
    });

    test('why a job failed is said, and one that does not exist is', async () => {
      const { id, fence } = await runningJob();
      const error = { code: 'diverged', message: 'the derivative term is not finite at step 7' };
      await api.storage.jobs.finish(fence, { status: 'failed', error });
      const page = await open(`/?job=${id}`);
      await page.getByRole('alert').getByText('the derivative term is not finite at step 7').waitFor();
      await chart(page, 'kl').getByText('No values.').waitFor();
      const other = await open('/?job=job_nowhere');
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
      await eventually(() => page.getByRole('status').textContent()).toBe('');
    });

    test('a service that is away from the first is said to be, once, and the job is shown when it is back', async () => {
      const { id } = await runningJob();
      const page = await open('/');
      await page.route('**/v1/**', (route) => route.abort());
      await page.goto(`${url}/?job=${id}`);
      await page.getByRole('alert').getByText('The service does not answer.').waitFor();
      await page.getByText(`Loading ${id}`).waitFor();
      expect(await page.getByRole('alert').count()).toBe(1);
      await page.unroute('**/v1/**');
      await page.getByRole('heading', { name: id }).waitFor();
    });

    test('on a narrow screen the page does not scroll sideways, and a job shows its status and its whole id', async () => {
      const { id } = await runningJob();
      const page = await open('/');
      await page.setViewportSize({ width: 400, height: 800 });
      const link = page.getByRole('link', { name: id });
      await link.waitFor();
      const right = await link.evaluate((element) => element.getBoundingClientRect().right);
      expect(right).toBeLessThan(400);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
    });
  });
}

test('a job that goes on from a checkpoint tells its later steps again', () => {
  const line = { seq: 1, at: '', level: 'info', message: '' } as const;
  const told = (step: number, value: number): JobEvent => ({
    ...line,
    type: 'metrics',
    data: { step, points: [{ name: 'loss', step, value }] },
  });
  const again: JobEvent = { ...line, type: 'status', data: { status: 'running', attempt: 2, from_step: 1 } };
  const events = [told(1, 3), told(2, 9), told(3, 9), again, told(2, 2)];
  expect(events.reduce(applyEvent, NO_CURVES).get('loss')).toEqual({ steps: [1, 2], values: [3, 2] });
});
