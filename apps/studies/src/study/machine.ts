import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { getBackend } from '@tensorflow/tfjs-core';

/** What a number depends on besides the code. */
export interface Machine {
  processor: string;
  cores: number;
  memory_gb: number;
  node: string;
  engine: string;
  commit: string;
}

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    engine: getBackend(),
    commit: commit(),
  };
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], {
      encoding: 'utf8',
      cwd: import.meta.dirname,
    }).trim();
  } catch {
    return 'unknown';
  }
}
