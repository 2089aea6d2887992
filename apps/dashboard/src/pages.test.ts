import axe, { type AxeResults } from 'axe-core';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { fillDashboard, type ShownJobs } from '../../../test/dashboard-jobs.ts';
import { type Dashboard, startDashboard } from '../../../test/dashboard.ts';

const executablePath = inject('chromiumPath');
/** `npm run screenshots` sets it: each page is then kept as a picture. */
const screenshots = process.env['SCREENSHOTS'];

/** Small enough that the pictures of all pages can be kept. */
const PICTURE = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: screenshots ? 0.75 : 1 };
const UNPICTURED = ['not-found', 'failed'];

/** Every page, with what shows that it is all there. */
const PAGES: Record<string, { path: (jobs: ShownJobs) => string; shows: string }> = {
  jobs: { path: ({ done }) => `/?baseline=${done[0]}&selected=${done[2]},${done[4]}`, shows: 'tr[data-job]' },
  job: { path: ({ done }) => `/jobs/${done[2]}?smooth=0.6`, shows: 'canvas' },
  running: { path: ({ running }) => `/jobs/${running}`, shows: 'canvas' },
  failed: { path: ({ failed }) => `/jobs/${failed}?view=events`, shows: '.events' },
  spec: { path: ({ done }) => `/jobs/${done[4]}?view=spec`, shows: '.diff' },
  learned: { path: ({ evaluation }) => `/jobs/${evaluation}`, shows: '.confusion' },
  sweep: { path: ({ sweep }) => `/jobs/${sweep}`, shows: 'tbody tr' },
  compare: { path: ({ done }) => `/compare?jobs=${done.join(',')}&group=seed`, shows: '.scatter' },
  models: { path: () => '/models', shows: 'tbody tr' },
  model: { path: ({ model }) => `/models/${model}`, shows: '.lineage .node' },
  teachers: { path: () => '/teachers', shows: 'tbody tr' },
  teacher: { path: () => '/teachers/pong-player', shows: '#verification-title' },
  rollouts: { path: () => '/rollouts', shows: 'tbody tr' },
  workers: { path: () => '/workers', shows: 'tbody tr' },
  webhooks: { path: () => '/webhooks', shows: 'tbody tr' },
  webhook: { path: ({ webhook }) => `/webhooks/${webhook}`, shows: 'tbody tr' },
  keys: { path: () => '/keys', shows: 'tbody tr' },
  'new-job': { path: () => '/new', shows: '.section' },
  'not-found': { path: () => '/nowhere', shows: '.state' },
};

if (executablePath) {
  describe('every page', () => {
    let dashboard: Dashboard;
    let jobs: ShownJobs;

    beforeAll(async () => {
      dashboard = await startDashboard(executablePath);
      jobs = await fillDashboard(dashboard);
      if (screenshots) await mkdir(screenshots, { recursive: true });
    }, 180_000);

    afterAll(() => dashboard.close());

    test.each(Object.keys(PAGES))('%s: axe finds nothing serious, light and dark', async (name) => {
      const { path, shows } = PAGES[name]!;
      const page = await dashboard.open(path(jobs), { colorScheme: 'light', reducedMotion: 'reduce', ...PICTURE });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.locator(shows).first().waitFor();
        await page.evaluate(
          () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
        );
        if (screenshots && !UNPICTURED.includes(name))
          await page.screenshot({ path: join(screenshots, `${name}-${colorScheme}.png`) });
        expect(await seriousFaults(page), colorScheme).toEqual([]);
      }
    });

    test('the help dialog and an open menu have nothing serious either', async () => {
      const page = await dashboard.open('/');
      await page.locator('tr[data-job]').first().waitFor();
      await page.locator('summary', { hasText: 'Columns' }).click();
      expect(await seriousFaults(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.keyboard.press('?');
      await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor();
      expect(await seriousFaults(page)).toEqual([]);
    });
  });
}

async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const { violations } = await page.evaluate(
    (values) =>
      (globalThis as unknown as { axe: { run: (context: Document, options: object) => Promise<AxeResults> } }).axe.run(
        document,
        { runOnly: { type: 'tag', values }, resultTypes: ['violations'] },
      ),
    tags,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')} ${failureSummary}`),
    );
}
