import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import './style.css';

// A service that does not answer is asked again by the next poll.
const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 1_000 } } });
const element = document.getElementById('root');
if (element) {
  createRoot(element).render(
    <QueryClientProvider client={client}>
      <App />
    </QueryClientProvider>,
  );
}
