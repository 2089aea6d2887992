import { readFileSync } from 'node:fs';

const PARENT_POLL_MS = 250;
const SHELLS = new Set(['sh', 'dash', 'bash', 'ash', 'busybox', 'zsh', 'ksh']);

/**
 * Aborts when this process should end: Ctrl-C, a signal, or the death of whoever started it.
 * Plain JavaScript, because it must work before anything is installed.
 * @returns {AbortSignal}
 */
export function endSignal() {
  const controller = new AbortController();
  const end = (why) => controller.abort(why);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(signal));
  process.on('disconnect', () => end('its parent ended'));
  // npm does not always live to pass a signal on. Started by hand (with nohup, say) a process may outlive its shell.
  if (process.env.npm_lifecycle_event && !process.connected) watchNpm(() => end('npm ended'));
  return controller.signal;
}

/** npm starts a shell, which is our parent unless it made way for us: then npm itself is. */
function watchNpm(onDeath) {
  const shell = process.ppid;
  const npm = SHELLS.has(processStat(shell)?.name) ? processStat(shell)?.parent : undefined;
  const timer = setInterval(() => {
    if (process.ppid !== shell || (npm !== undefined && processStat(shell)?.parent !== npm)) onDeath();
  }, PARENT_POLL_MS);
  timer.unref();
}

/** Undefined where the process is gone, or the system has no /proc. */
function processStat(pid) {
  try {
    const [, name, parent] = /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return { name, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
