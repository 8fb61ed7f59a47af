import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { createMeters } from '../../src/scheduler/meters.ts'

test('the dashboard asks for numbers that there are', async () => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  createMeters(registry, () => 0)
  const known = new Set((await registry.getMetricsAsJSON()).flatMap(({ name }) => [name, `${name}_bucket`]))
  const { panels } = JSON.parse(
    await readFile(join(import.meta.dirname, '../../docs/grafana.json'), 'utf8'),
  ) as {
    panels: { targets: { expr: string }[] }[]
  }
  const asked = panels.flatMap(({ targets }) =>
    targets.flatMap(({ expr }) => expr.match(/\b(?:crier|process)_\w+/g) ?? []),
  )
  expect(asked.length).toBeGreaterThan(10)
  expect(asked.filter((name) => !known.has(name))).toEqual([])
})
