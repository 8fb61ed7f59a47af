# syntax=docker/dockerfile:1
# Built as a package: Node strips no types under node_modules, so the image runs the compiled JavaScript.
FROM node:26-bookworm-slim AS build
WORKDIR /crier
COPY package.json package-lock.json ./
# The npm package `node` pins the runtime for clones; the image has its own, so its install script need not run.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY commands ./commands
COPY migrations ./migrations
RUN npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund && rm -rf node_modules/node

FROM node:26-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
WORKDIR /crier
COPY --from=build /crier/package.json ./
COPY --from=build /crier/node_modules ./node_modules
COPY --from=build /crier/dist ./dist
COPY --from=build /crier/migrations ./migrations
COPY src/crier.js ./src/crier.js
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# SIGTERM finishes what is in flight; give it its thirty seconds (`docker stop -t 35`).
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "--max-semi-space-size=1", "--optimize-for-size", "--v8-pool-size=1", "src/crier.js"]
CMD ["start"]
