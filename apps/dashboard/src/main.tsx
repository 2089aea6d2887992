import { QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { createQueries } from './service/connection.ts';
import './tokens.css';
import './style.css';
import './jobs/jobs.css';
import './charts/charts.css';
import './job/job.css';
import './learned/learned.css';
import './compare/compare.css';

const element = document.getElementById('root');
if (element) {
  createRoot(element).render(
    <QueryClientProvider client={createQueries()}>
      <App />
    </QueryClientProvider>,
  );
}
