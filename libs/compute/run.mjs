import { spawn } from 'node:child_process';

/**
 * Runs a program to its end, quietly.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<string>} what it wrote; rejects with its last lines, and the signal it died of
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(said);
      const end = said.trim().split('\n').slice(-3).join('\n') || `it ended with ${signal ?? code}`;
      reject(Object.assign(new Error(`${command}: ${end}`), { signal }));
    });
  });
}
