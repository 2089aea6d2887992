// The whole way in the dashboard, on the service's own processes: from two files to a student that was looked at and downloaded.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@distiller/client';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, inject, onTestFailed, test } from 'vitest';
import { emptyDatabase } from './database.ts';
import { type Hands, keyboard, mouse } from './hands.ts';
import { findArcadePython } from './python.ts';
import { endServiceProcess, serviceEnvironment, startServiceProcess } from './service-process.ts';

const executablePath = inject('chromiumPath');
const DATA = join(import.meta.dirname, '..', 'apps', 'demo', 'data');
const DASHBOARD = join(import.meta.dirname, '..', 'apps', 'dashboard');
const MINUTES = 60_000;
const python = await findArcadePython();

describe.runIf(executablePath && python)('in the dashboard', () => {
  let directory: string;
  let url: string;
  let browser: Browser;
  let services: Awaited<ReturnType<typeof startServiceProcess>>[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'journey-'));
    const page = join(directory, 'dashboard');
    await build({ root: DASHBOARD, logLevel: 'error', build: { outDir: page, emptyOutDir: true } });
    const environment = {
      ...serviceEnvironment(await emptyDatabase(), directory),
      COMPUTE: inject('engines')[0],
      DASHBOARD_DIR: page,
    };
    services = await Promise.all([startServiceProcess('api', environment), startServiceProcess('worker', environment)]);
    url = services[0]!.ready.url!;
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
  }, 3 * MINUTES);

  afterAll(async () => {
    await browser.close();
    await Promise.all(services.map(({ process }) => endServiceProcess(process)));
    await rm(directory, { recursive: true });
  });

  const ways: [string, 'light' | 'dark', (page: Page) => Hands][] = [
    ['with the mouse, in light colours', 'light', () => mouse],
    ['with the keyboard alone, in dark ones', 'dark', keyboard],
  ];
  test.each(ways)(
    'somebody goes from a teacher and play to a student, %s',
    async (_title, colorScheme, handsOf) => {
      const page = await browser.newPage({
        viewport: { width: 1280, height: 900 },
        colorScheme,
        acceptDownloads: true,
      });
      page.setDefaultTimeout(MINUTES / 2);
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(error.message));
      // What somebody would have seen.
      const picture = process.env['SCREENSHOTS'] && join(process.env['SCREENSHOTS'], `journey-${colorScheme}.png`);
      if (picture) onTestFailed(async () => void (await page.screenshot({ path: picture, fullPage: true })));
      const hands = handsOf(page);
      await page.goto(url);

      await registerTeacher(page, hands, `teacher-${colorScheme}`);
      await registerRollouts(page, hands, `play-${colorScheme}`);
      const first = await submit(page, hands, async () => {
        await hands.write(page.getByLabel(/^teacher/), `teacher-${colorScheme}`);
        await hands.write(page.getByLabel(/^rollouts/), `play-${colorScheme}`);
        await hands.write(page.getByLabel(/^steps/), '40');
        await hands.write(page.getByLabel(/^batch size/), '32');
        await hands.write(page.getByLabel(/^evaluate every/), '20');
      });
      await succeeds(page);
      await seesCurves(page, hands);
      await hands.press(page.getByRole('link', { name: 'Duplicate with edits' }));
      const second = await submit(page, hands, () => hands.write(page.getByLabel(/^seed/), '7'));
      await succeeds(page);

      await compares(page, hands, [first, second]);
      const model = (await createClient({ baseUrl: url }).jobs.get(first)).model!;
      await evaluates(page, hands, { teacher: `teacher-${colorScheme}`, model });
      await downloads(page, hands, first, model);
      expect(faults).toEqual([]);
      await page.close();
    },
    8 * MINUTES,
  );

  /** By a link of the header. */
  const goTo = (page: Page, hands: Hands, name: string) =>
    hands.press(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name }));

  async function registerTeacher(page: Page, hands: Hands, name: string): Promise<void> {
    await goTo(page, hands, 'Teachers');
    await hands.press(page.locator('summary', { hasText: 'Register a teacher' }));
    await hands.write(page.getByLabel('Name'), name);
    await hands.choose(page.getByLabel('Format'), 'safetensors');
    await hands.give(page.getByLabel('Weights'), join(DATA, 'breakout.safetensors'));
    await page.getByText(/is there: sha256/).waitFor();
    await hands.press(page.locator('summary', { hasText: /^observation/ }));
    await hands.write(page.getByLabel(/^game/), 'breakout');
    await hands.press(page.locator('summary', { hasText: /^architecture/ }));
    await hands.choose(page.getByLabel(/^preset/), 'nature');
    await hands.press(page.getByRole('button', { name: 'Register' }));
    await page.waitForURL(`**/teachers/${name}`);
    await page.getByText('1,686,180').first().waitFor();
  }

  async function registerRollouts(page: Page, hands: Hands, name: string): Promise<void> {
    await goTo(page, hands, 'Rollouts');
    await hands.press(page.locator('summary', { hasText: /rollouts/i }).first());
    await hands.write(page.getByLabel('Name'), name);
    await hands.give(page.getByLabel(/^File/), join(DATA, 'breakout.rollouts.zarr.zip'));
    await page.getByText(/is there: sha256/).waitFor();
    await hands.press(page.getByRole('button', { name: 'Register' }));
    await page.getByRole('row', { name: new RegExp(name) }).waitFor();
  }

  /** @returns the job's id, whose page is shown then */
  async function submit(page: Page, hands: Hands, fill: () => Promise<void>): Promise<string> {
    if (!page.url().includes('/new')) await hands.press(page.getByRole('link', { name: 'New job' }));
    await fill();
    await page
      .getByRole('status')
      .getByText(/would|steps/)
      .first()
      .waitFor();
    await hands.press(page.getByRole('button', { name: 'Submit' }));
    await page.waitForURL('**/jobs/job_*');
    return new URL(page.url()).pathname.split('/').at(-1)!;
  }

  const succeeds = (page: Page) =>
    page
      .locator('.job-header')
      .getByText('succeeded')
      .waitFor({ timeout: 3 * MINUTES });

  /** In their table, which says as much as the picture. */
  async function seesCurves(page: Page, hands: Hands): Promise<void> {
    const chart = page.locator('figure', { has: page.getByRole('heading', { name: 'Training loss', exact: true }) });
    await chart.locator('canvas').waitFor();
    await hands.press(chart.locator('summary'));
    await expect.poll(() => chart.locator('tbody tr').count()).toBe(40);
  }

  async function compares(page: Page, hands: Hands, ids: string[]): Promise<void> {
    await goTo(page, hands, 'Jobs');
    for (const id of ids) await hands.press(page.getByRole('checkbox', { name: `Choose ${id}` }));
    await hands.press(page.getByRole('link', { name: 'Compare', exact: true }).last());
    await page.waitForURL('**/compare?*');
    await page.locator('.scatter').waitFor();
    await page.getByRole('row', { name: /seed/ }).getByText('7').first().waitFor();
  }

  async function evaluates(page: Page, hands: Hands, { teacher, model }: { teacher: string; model: string }) {
    await submit(page, hands, async () => {
      await hands.choose(page.getByLabel('Kind', { exact: true }), 'evaluation');
      await hands.write(page.getByLabel(/^teacher/), teacher);
      await hands.write(page.getByLabel(/^model/), model);
      await hands.write(page.getByLabel(/^episodes/), '2');
      await hands.write(page.getByLabel(/^max episode frames/), '600');
    });
    await succeeds(page);
    await hands.press(page.getByRole('link', { name: 'What was learned' }));
    await page.getByRole('heading', { name: 'Where both look' }).waitFor();
    const picture = page.locator('figure.picture img').first();
    await expect
      .poll(() => picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth))
      .toBeGreaterThan(100);
    const video = page.getByLabel('Teacher and student at play, side by side');
    await expect
      .poll(() => video.evaluate((element) => (element as unknown as { duration: number }).duration))
      .toBeGreaterThan(1);
  }

  async function downloads(page: Page, hands: Hands, id: string, model: string): Promise<void> {
    await page.goto(`${url}/jobs/${id}`);
    const coming = page.waitForEvent('download');
    await hands.press(page.getByRole('link', { name: 'Download the student' }));
    const bytes = await readFile(await (await coming).path());
    const { files } = await createClient({ baseUrl: url }).models.get(model);
    const { sha256 } = files.find(({ name }) => name === 'student')!;
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
  }
});
