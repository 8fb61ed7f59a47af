import { readFile } from 'node:fs/promises'
import { memberOn } from '../../src/app/home.ts'
import type { House } from '../../src/build.ts'
import type { Workspace } from '../../src/workspaces/workspace.ts'
import { metricIn, type Sample } from './samples.ts'

/** Speaks to a running Crier over its API, as an admin of the workspace. */
export interface Talk {
  /** @returns the answer's words, and how long (ms) it took */
  say(said: { line: string } | { command: string; args: Record<string, unknown> }): Promise<{
    ok: boolean
    text: string
    ms: number
  }>
}

/** @throws Error where the workspace has no admin */
export async function talkTo(
  url: string,
  { storage, keys }: House,
  workspace: Pick<Workspace, 'id'>,
): Promise<Talk> {
  const admin = await memberOn(storage.workspace(workspace.id), 'api')
  if (!admin) throw new Error('There is nobody to speak as')
  const token = keys.apiToken(workspace.id, admin.id)
  return {
    async say(said) {
      const began = performance.now()
      const answer = await fetch(`${url}/api/commands`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(said),
      })
      const { text } = (await answer.json()) as { text?: string }
      return { ok: answer.ok, text: text ?? '', ms: performance.now() - began }
    },
  }
}

/** @param began `performance.now()` of the beginning */
export async function sampleOf(url: string, pid: number, began: number): Promise<Sample> {
  const [metrics, ready] = await Promise.all([
    fetch(`${url}/metrics`).then((answer) => answer.text()),
    fetch(`${url}/readyz`).then((answer) => answer.json() as Promise<Record<string, number>>),
  ])
  return {
    at: Math.round((performance.now() - began) / 1_000),
    rssMb: await rssOf(pid),
    heapMb: metricIn(metrics, 'nodejs_heap_size_used_bytes') / 2 ** 20,
    loopMs: metricIn(metrics, 'nodejs_eventloop_lag_p99_seconds') * 1_000,
    overdue: ready.overdue ?? 0,
    overdueMs: ready.oldestOverdueMs ?? 0,
  }
}

/** MB that a process holds (Linux). */
export async function rssOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024
}
