import { lazy, Suspense, useEffect, useRef } from 'react';
import { Redirect, Route, Switch, useLocation, useSearch } from 'wouter';
import { isRefused, useIdentity } from './service/identity.ts';
import { SignInPage } from './access/sign-in-page.tsx';
import { JobsPage } from './jobs/jobs-page.tsx';
import { Header } from './shell/header.tsx';
import { Empty, Loading } from './shell/states.tsx';
import { Toasts } from './shell/toasts.tsx';

const JobPage = lazy(async () => ({ default: (await import('./job/job-page.tsx')).JobPage }));
const ComparePage = lazy(async () => ({ default: (await import('./compare/compare-page.tsx')).ComparePage }));
const NewJobPage = lazy(async () => ({ default: (await import('./new-job/new-job-page.tsx')).NewJobPage }));
const ModelsPage = lazy(async () => ({ default: (await import('./models/models-page.tsx')).ModelsPage }));
const ModelPage = lazy(async () => ({ default: (await import('./models/model-page.tsx')).ModelPage }));
const TeachersPage = lazy(async () => ({ default: (await import('./resources/teachers-page.tsx')).TeachersPage }));
const TeacherPage = lazy(async () => ({ default: (await import('./resources/teacher-page.tsx')).TeacherPage }));
const RolloutsPage = lazy(async () => ({ default: (await import('./resources/rollouts-page.tsx')).RolloutsPage }));
const WorkersPage = lazy(async () => ({ default: (await import('./workers/workers-page.tsx')).WorkersPage }));
const WebhooksPage = lazy(async () => ({ default: (await import('./webhooks/webhooks-page.tsx')).WebhooksPage }));
const KeysPage = lazy(async () => ({ default: (await import('./access/keys-page.tsx')).KeysPage }));
const WebhookPage = lazy(async () => ({ default: (await import('./webhooks/webhook-page.tsx')).WebhookPage }));

export function App() {
  const main = useFocusOnNewPage();
  const identity = useIdentity();
  if (isRefused(identity.error)) return <SignInPage />;
  return (
    <>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <Header />
      <main id="main" tabIndex={-1} ref={main}>
        <Suspense fallback={<Loading what="the page" />}>
          <Switch>
            <Route path="/" component={Home} />
            <Route path="/jobs">
              <Redirect to="/" replace />
            </Route>
            <Route path="/jobs/:id">{({ id }) => <JobPage key={id} id={id} />}</Route>
            <Route path="/compare" component={ComparePage} />
            <Route path="/new" component={NewJobPage} />
            <Route path="/models" component={ModelsPage} />
            <Route path="/models/:id">{({ id }) => <ModelPage key={id} id={id} />}</Route>
            <Route path="/teachers" component={TeachersPage} />
            <Route path="/teachers/:id">{({ id }) => <TeacherPage key={id} id={id} />}</Route>
            <Route path="/rollouts" component={RolloutsPage} />
            <Route path="/workers" component={WorkersPage} />
            <Route path="/keys" component={KeysPage} />
            <Route path="/webhooks" component={WebhooksPage} />
            <Route path="/webhooks/:id">{({ id }) => <WebhookPage key={id} id={id} />}</Route>
            <Route>
              <Empty title="There is no page at this address." />
            </Route>
          </Switch>
        </Suspense>
      </main>
      <Toasts />
    </>
  );
}

/** Addresses of the page before this one had the job as a parameter. */
function Home() {
  const job = new URLSearchParams(useSearch()).get('job');
  return job ? <Redirect to={`/jobs/${job}`} replace /> : <JobsPage />;
}

/** Who follows a link with the keyboard or a screen reader goes on at the top of the new page. */
function useFocusOnNewPage() {
  const main = useRef<HTMLElement>(null);
  const [path] = useLocation();
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    main.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [path]);
  return main;
}
