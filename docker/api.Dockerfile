# The API and the dashboard: no tensor engine, no Python.
FROM node:22.20.0-bookworm-slim AS build
WORKDIR /app
COPY . .
# Packages, the database client, the bundled programs and the dashboard; development packages stay in this stage.
RUN node apps/standalone/setup.mjs --no-compute

FROM node:22.20.0-bookworm-slim AS packages
WORKDIR /app
COPY . .
# What only a worker or a developer loads is two thirds of it.
RUN npm ci --ignore-scripts --omit=dev -w @distiller/api \
 && rm -rf node_modules/onnxruntime-node node_modules/@tensorflow node_modules/prisma node_modules/typescript \
    node_modules/effect node_modules/@electric-sql node_modules/@prisma/studio-core

FROM node:22.20.0-bookworm-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    AUTH=keys \
    PORT=4747 \
    DASHBOARD_DIR=/app/apps/dashboard/dist
WORKDIR /app
COPY --from=packages /app/package.json ./
COPY --from=packages /app/node_modules ./node_modules
COPY prisma/migrations ./prisma/migrations
COPY --from=packages /app/libs ./libs
COPY --from=build /app/libs/storage/src/generated ./libs/storage/src/generated
COPY --from=packages /app/apps/api ./apps/api
COPY --from=build /app/dist ./dist
COPY --from=build /app/apps/dashboard/dist ./apps/dashboard/dist
USER 1000:1000
EXPOSE 4747 9464
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:'+process.env.PORT+'/readyz').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
CMD ["node", "dist/apps.api.src.main.mjs"]
