# Build with the development dependencies, run without them.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY src src
COPY web web
COPY docs docs
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production \
    POSTERN_PG_HOST=0.0.0.0 \
    POSTERN_HTTP_HOST=0.0.0.0 \
    POSTERN_DATA_DIR=/var/lib/postern
COPY --from=build --chown=root:root /app/package.json ./
COPY --from=build --chown=root:root /app/node_modules node_modules
COPY --from=build --chown=root:root /app/dist dist
COPY LICENSE README.md ./
RUN mkdir -p /var/lib/postern /app/certs && chown node:node /var/lib/postern /app/certs
USER node
VOLUME /var/lib/postern
EXPOSE 5432 8080
HEALTHCHECK --interval=10s --timeout=3s CMD ["node", "-e", "const {POSTERN_HTTP_HOST: h, POSTERN_HTTP_PORT: p} = process.env; const any = !h || h === '0.0.0.0' || h === '::'; fetch('http://' + (any ? '127.0.0.1' : h.includes(':') ? '[' + h + ']' : h) + ':' + (p || 8080) + '/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/src/main.js"]
CMD ["serve"]
