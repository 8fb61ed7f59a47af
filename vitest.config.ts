import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    // They find what hangs, also on a machine that is busy or slow; how fast Crier is, `npm run bench` tells.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Suites start real servers; more workers than this make them time one another out on two cores.
    maxWorkers: 2,
    env: { TZ: 'America/Anchorage' },
  },
})
