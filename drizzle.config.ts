// A tool's settings: `DIALECT=sqlite drizzle-kit generate --name what-it-does`, then the same for `postgres`.
import { defineConfig } from 'drizzle-kit'

const dialect = process.env.DIALECT === 'postgres' ? 'postgres' : 'sqlite'

export default defineConfig({
  dialect: dialect === 'postgres' ? 'postgresql' : 'sqlite',
  schema: `./src/storage/schema/${dialect}.ts`,
  out: `./migrations/${dialect}`,
  casing: 'snake_case',
  breakpoints: true,
})
