import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { expect, onTestFinished } from 'vitest';
import { type ServiceDependencies } from '../apps/api/src/service-dependencies.ts';
import { type Api, registerBoth, startApi } from './api.ts';

type OpenOptions = Parameters<Browser['newPage']>[0];

export interface Dashboard {
  api: Api;
  url: string;
  /** Where the built page lies. */
  directory: string;
  browser: Browser;
  /** A distillation that can be submitted. */
  spec: Awaited<ReturnType<typeof registerBoth>>;
  /** A page of it; one that throws fails the test. */
  open: (path: string, options?: OpenOptions) => Promise<Page>;
  runningJob: (changes?: object) => Promise<RunningJob>;
  close: () => Promise<void>;
}

/** A job that runs, with what a worker tells of a step. */
interface RunningJob {
  id: string;
  fence: { jobId: string; attempt: number };
  step: (number: number, values: Record<string, number>) => Promise<unknown>;
}

/** The page as it is built, served by the API on a database of its own, in a browser. */
export async function startDashboard(
  executablePath: string,
  options: Partial<Pick<ServiceDependencies, 'auth' | 'maxUploadBytes'>> = {},
): Promise<Dashboard> {
  const directory = await mkdtemp(join(tmpdir(), 'sobolev-dashboard-'));
  const root = join(import.meta.dirname, '../apps/dashboard');
  await build({ root, logLevel: 'error', build: { outDir: directory, emptyOutDir: true } });
  const bare = await startApi({ dashboardDir: directory, ...options });
  // Where keys are asked for, the test has one of its own; the browser has none.
  const api = options.auth === 'keys' ? { ...bare, ...bare.as((await bare.newKey()).text) } : bare;
  const url = await api.app.listen({ port: 0 });
  const spec = await registerBoth(api, 'pong-player');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  return {
    api,
    url,
    directory,
    browser,
    spec,
    open: (path, options) => openPage(browser, `${url}${path}`, options),
    runningJob: (changes = {}) => runJob(api, { ...spec, steps: 100, ...changes }),
    close: async () => {
      await browser.close();
      await api.close();
      await rm(directory, { recursive: true });
    },
  };
}

async function openPage(browser: Browser, address: string, options: OpenOptions): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, ...options });
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  onTestFinished(async () => {
    await page.close();
    expect(faults).toEqual([]);
  });
  await page.goto(address);
  return page;
}

async function runJob(api: Api, spec: object): Promise<RunningJob> {
  const { body } = await api.post('/v1/jobs', spec);
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
