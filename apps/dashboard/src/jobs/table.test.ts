import { type CDPSession, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Dashboard, startDashboard } from '../../../../test/dashboard.ts';

const executablePath = inject('chromiumPath');
/** `npm run test:table` sets it: frames are then counted, which a busy machine would make a matter of luck. */
const isTimed = process.env['TIMED'] === '1';
const JOBS = 10_000;
const eventually = <Value>(value: () => Promise<Value>) => expect.poll(value, { timeout: 60_000 });

if (executablePath) {
  describe(`a table of ${JOBS} jobs`, () => {
    let dashboard: Dashboard;

    beforeAll(async () => {
      dashboard = await startDashboard(executablePath);
      await insertJobs(dashboard);
    }, 120_000);

    afterAll(() => dashboard.close());

    const openTable = async (search = '') => {
      const page = await dashboard.open(`/${search}`);
      await page.getByText(`${JOBS} jobs`, { exact: true }).waitFor({ timeout: 60_000 });
      return page;
    };

    const ids = (page: Page) =>
      page
        .locator('tbody:not(.pinned) tr[data-job]')
        .evaluateAll((rows) => rows.map((row) => row.dataset['job'] ?? ''));

    test('only what is in sight is in the page, and the last row can be scrolled to', async () => {
      const page = await openTable();
      expect(await page.locator('tbody tr').count()).toBeLessThan(80);
      expect(await page.locator('table').getAttribute('aria-rowcount')).toBe(String(JOBS + 1));
      const scroller = page.getByRole('region', { name: 'Jobs, table' });
      await scroller.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await eventually(async () => (await ids(page)).at(-1)).toBe(idOf(1));
      const label = await page.locator(`tr[data-job=${idOf(1)}]`).getAttribute('aria-rowindex');
      expect(Number(label)).toBe(JOBS + 1);
    });

    test('it is searched, filtered and sorted, all of which is in the address', async () => {
      const page = await openTable();
      await page.getByLabel('Search').fill('kl<0.1 seed=7');
      await page.getByRole('button', { name: 'kl best' }).click();
      await page.locator('summary', { hasText: 'Status' }).click();
      await page.getByRole('checkbox', { name: 'succeeded' }).check();
      await eventually(async () => (await page.locator('.count').textContent()) ?? '').toContain(`of ${JOBS} jobs`);
      const found = await ids(page);
      const kls = found.map((id) => klOf(numberOf(id)));
      expect(kls.length).toBeGreaterThan(5);
      expect(kls).toEqual([...kls].sort((a, b) => a - b));
      expect(Math.max(...kls)).toBeLessThan(0.1);
      expect(found.every((id) => numberOf(id) % 10 === 7)).toBe(true);
      const again = await openTableAt(dashboard, page.url());
      await eventually(() => ids(again)).toEqual(found);
    });

    test('by the keyboard: rows, a choice, a comparison', async () => {
      const page = await openTable();
      for (const key of ['j', 'j', 'x', 'j', 'x', 'k']) {
        await page.keyboard.press(key);
        await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 80)));
      }
      await page.getByText('2 chosen').waitFor();
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(idOf(JOBS - 1));
      await page.keyboard.press('/');
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('search');
      await page.keyboard.press('Escape');
      await page.keyboard.press('c');
      await page.getByRole('heading', { name: 'Compare' }).waitFor();
      const chosen = new URL(page.url()).searchParams.get('jobs')?.split(',');
      expect(chosen).toEqual([idOf(JOBS - 1), idOf(JOBS - 2)]);
    });

    test('the baseline stays above, and the others are told by how much they differ from it', async () => {
      const page = await openTable(`?baseline=${idOf(8)}`);
      const pinned = page.locator('tbody.pinned tr');
      await pinned.getByRole('link', { name: idOf(8) }).waitFor();
      await page.getByRole('region', { name: 'Jobs, table' }).evaluate((element) => element.scrollTo(0, 5000));
      expect(await pinned.isVisible()).toBe(true);
      await page.locator('.change.worse, .change.better').first().waitFor();
    });

    test.runIf(isTimed)('scrolling through all of it is smooth and leaves memory as it was', async () => {
      const page = await openTable();
      const session = await page.context().newCDPSession(page);
      await session.send('Performance.enable', { timeDomain: 'threadTicks' });
      await scrollThrough(page);
      const [heap, busy] = [await heapOf(session), await busySecondsOf(session)];
      const frames = await scrollThrough(page);
      const work = ((await busySecondsOf(session)) - busy) / frames.length;
      await scrollThrough(page);
      const grown = (await heapOf(session)) - heap;
      frames.sort((a, b) => a - b);
      const [median = Infinity, slow = Infinity] = [0.5, 0.95].map(
        (share) => frames[Math.floor(frames.length * share)],
      );
      console.log(
        `${frames.length} frames: median ${(1000 / median).toFixed(1)} a second, 95 % above ${(1000 / slow).toFixed(1)};`,
        `${(1000 * work).toFixed(2)} ms of the main thread a frame;`,
        `heap ${(heap / 1e6).toFixed(1)} MB, ${(grown / 1e6).toFixed(2)} MB more after twice through`,
      );
      expect(grown).toBeLessThan(5e6);
      expect(1000 / median).toBeGreaterThan(50);
    });
  });
}

async function openTableAt(dashboard: Dashboard, address: string): Promise<Page> {
  const { pathname, search } = new URL(address);
  return dashboard.open(pathname + search);
}

/** Milliseconds of each frame while the table is scrolled from end to end, some rows a frame. */
function scrollThrough(page: Page): Promise<number[]> {
  return page.getByRole('region', { name: 'Jobs, table' }).evaluate(async (element) => {
    element.scrollTo(0, 0);
    const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
    const times: number[] = [];
    let before = await frame();
    for (let turn = 0; turn < 300; turn++) {
      // As a hand would: a few rows a frame, and a leap now and then.
      element.scrollTop += turn % 50 === 0 ? 50_000 : 140;
      const now = await frame();
      times.push(now - before);
      before = now;
    }
    return times;
  });
}

async function heapOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize;
}

/** What the page's main thread has computed so far, other programs' time not counted. */
async function busySecondsOf(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
}

const idOf = (number: number): string => `job_${String(number).padStart(8, '0')}`;
const numberOf = (id: string): number => Number(id.slice(4));
const klOf = (number: number): number => ((number * 7919) % JOBS) / JOBS + 0.01;

/** Straight into the tables: ten thousand submissions would take minutes. */
async function insertJobs({ api, spec }: Dashboard): Promise<void> {
  const { body } = await api.post('/v1/jobs', spec);
  const id = String(body.id);
  const made = `'job_' || lpad(n::text, 8, '0')`;
  await api.database.query(
    `INSERT INTO jobs (id, project_id, kind, status, spec, layer_table, teacher_id, rollouts_id, step, total_steps, metadata,
                       created_at, started_at, finished_at)
     SELECT ${made}, project_id, kind, (ARRAY['succeeded', 'failed', 'cancelled'])[1 + (n % 3 + n % 2) % 3]::job_status,
            jsonb_set(spec, '{seed}', to_jsonb(n % 10)), layer_table, teacher_id, rollouts_id, 100, 100, metadata,
            now() - (${JOBS} - n) * interval '1 minute', now(), now()
     FROM jobs, generate_series(1, ${JOBS}) AS n WHERE id = $1`,
    [id],
  );
  await api.database.query(
    `INSERT INTO metrics (job_id, name, step, value, at)
     SELECT ${made}, name, step, ((n * 7919) % ${JOBS})::float8 / ${JOBS} + 0.01 + (100 - step) / 100.0, now()
     FROM generate_series(1, ${JOBS}) AS n, unnest(ARRAY['kl', 'action_error', 'jacobian_error']) AS name,
          unnest(ARRAY[50, 100]) AS step`,
  );
  await api.database.query('DELETE FROM jobs WHERE id = $1', [id]);
}
