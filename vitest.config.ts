import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Suites start real servers; more workers than this make them time one another out on two cores.
    maxWorkers: 2,
    env: { TZ: 'America/Anchorage' },
  },
})
