import { enableCompileCache, flushCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'
import { loadFolder } from './kit/load-folder.ts'

// Run once after an install: reads what a start reads, so that the very first start finds it parsed and stripped of its
// types. Without, it takes twice as long and 30 MB more for as long as it runs.
enableCompileCache()
await import('./verbs.ts')
await import('./start.ts')
await import('./storage/procedures.ts')
for (const folder of ['../commands', './platforms', './scheduler/jobs'])
  await loadFolder(fileURLToPath(new URL(folder, import.meta.url)))
flushCompileCache()
