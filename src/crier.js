#!/usr/bin/env node
// Starts Crier under the Node it was written for, whichever Node the machine has. Plain JavaScript, so that any Node can read it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as modules from 'node:module'
import { fileURLToPath } from 'node:url'

const NEEDED = 26
const here = (path) => fileURLToPath(new URL(path, import.meta.url))
// A clone runs the TypeScript as it stands; a package brings it compiled, since Node strips no types under node_modules.
const compiled = here('../dist/src/main.js')
const main = existsSync(here('./main.ts')) ? here('./main.ts') : compiled

// npm hands a signal to the shell that it starts Crier in, and many a shell dies of it without passing it on. Crier is the
// child of somebody else then, and stops as if the signal had been its own. (On Windows a parent is never another.)
if (['start', 'npx'].includes(process.env.npm_lifecycle_event ?? '')) {
  const shell = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === shell) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
  }, 500)
  watch.unref()
}

if (Number(process.versions.node.split('.')[0]) >= NEEDED) {
  // Keeps what was parsed and stripped of types for the next start: half the time and 30 MB less.
  modules.enableCompileCache()
  await import(main)
} else {
  const node = modules.createRequire(import.meta.url).resolve('node/bin/node')
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
}
