import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    setupFiles: ['tests/support/freshModules.ts', 'tests/support/yieldAfterEach.ts'],
    isolate: false, // a process for all files of a worker: freshModules parts them
    pool: 'forks',
    poolOptions: {
      forks: {
        isolate: false,
        minForks: 1,
        maxForks: Math.min(4, Math.max(2, availableParallelism())),
      },
    },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    env: { TF_CPP_MIN_LOG_LEVEL: '2' },
  },
});
