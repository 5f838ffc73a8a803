import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    setupFiles: ['tests/support/yieldAfterEach.ts'],
    pool: 'forks',
    poolOptions: {
      forks: { minForks: 1, maxForks: Math.min(4, Math.max(2, availableParallelism())) },
    },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    env: { TF_CPP_MIN_LOG_LEVEL: '2' },
  },
});
