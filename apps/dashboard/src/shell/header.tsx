import { Link, useRoute } from 'wouter';
import { Account } from '../access/account.tsx';
import { isAdmin, useIdentity } from '../service/identity.ts';
import { useConnection } from '../service/connection.ts';
import { HelpDialog } from './help-dialog.tsx';
import { chooseTheme, type Theme, useTheme } from './theme.ts';

const PAGES = [
  ['/', 'Jobs', '/jobs/*?'],
  ['/compare', 'Compare', '/compare'],
  ['/models', 'Models', '/models/*?'],
  ['/teachers', 'Teachers', '/teachers/*?'],
  ['/rollouts', 'Rollouts', '/rollouts/*?'],
  ['/workers', 'Workers', '/workers'],
  ['/webhooks', 'Webhooks', '/webhooks/*?'],
  ['/keys', 'Keys', '/keys'],
] as const;

const SAID = {
  connected: '',
  away: 'Disconnected: what you see is the last that was heard. Trying again …',
  failing: 'The service answers with errors. Trying again …',
};

export function Header() {
  const connection = useConnection();
  const { data: identity } = useIdentity();
  const pages = PAGES.filter(([href]) => href !== '/keys' || isAdmin(identity));
  return (
    <header className="page-header">
      <Link href="/" className="brand">
        <svg viewBox="0 0 16 16" width="20" height="20" aria-hidden="true">
          <path d="M1 3c5 0 5 10 14 10" fill="none" stroke="currentColor" strokeWidth="2.5" strokeLinecap="round" />
        </svg>
        Sobolev distiller
      </Link>
      <nav aria-label="Main">
        {pages.map(([href, name, pattern]) => (
          <Page key={href} href={href} name={name} pattern={pattern} />
        ))}
      </nav>
      <p role="status" className="connection">
        {SAID[connection]}
      </p>
      <div className="header-end">
        <Link href="/new" className="button primary">
          New job
        </Link>
        <ThemeChoice />
        <Account />
        <HelpDialog />
      </div>
    </header>
  );
}

function Page({ href, name, pattern }: { href: string; name: string; pattern: string }) {
  const [isUnder] = useRoute(pattern);
  const [isExact] = useRoute(href);
  return (
    <Link href={href} aria-current={isUnder || isExact ? 'page' : undefined}>
      {name}
    </Link>
  );
}

function ThemeChoice() {
  const theme = useTheme();
  return (
    <label>
      <span className="unseen">Colours</span>
      <select value={theme} onChange={(event) => chooseTheme(event.target.value as Theme)} title="Colours">
        <option value="system">Auto</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </select>
    </label>
  );
}
