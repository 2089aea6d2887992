# A worker. Targets: cpu (TensorFlow on the CPU), cuda (TensorFlow with CUDA), webgpu (Dawn on Vulkan).
FROM node:22.20.0-bookworm-slim AS build
WORKDIR /app
COPY . .
# The bundled programs; development packages stay in this stage.
RUN node apps/standalone/setup.mjs --no-compute

FROM node:22.20.0-bookworm-slim AS packages
WORKDIR /app
COPY . .
RUN npm ci --ignore-scripts --omit=dev -w @distiller/worker --include-workspace-root \
 && PRISMA_SCHEMA_ENGINE_BINARY=/bin/true node node_modules/prisma/build/index.js generate \
 && npm prune --ignore-scripts --omit=dev -w @distiller/worker

# What plays: Python with the emulator, in a place that is the same in every image.
FROM node:22.20.0-bookworm-slim AS runtime
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production \
    SOBOLEV_CACHE_DIR=/opt/sobolev
WORKDIR /app
COPY --from=packages /app/package.json ./
COPY --from=packages /app/node_modules ./node_modules
COPY prisma/migrations ./prisma/migrations
COPY --from=packages /app/libs ./libs
COPY --from=packages /app/apps/worker ./apps/worker
COPY --from=build /app/dist ./dist
RUN node --import tsx --input-type=module -e "import { provideVenv } from '/app/libs/arcade/src/venv.ts'; await provideVenv('arcade', '/app/libs/arcade/python/requirements.txt')"

# TensorFlow's libraries from PyPI, and the addon compiled against them.
FROM runtime AS compiler
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends g++ \
 && rm -rf /var/lib/apt/lists/*

FROM compiler AS tensorflow-cpu
RUN COMPUTE=tensorflow COMPUTE_CUDA=0 node libs/compute/provision.mjs

FROM compiler AS tensorflow-cuda
RUN COMPUTE=tensorflow COMPUTE_CUDA=1 node libs/compute/provision.mjs

FROM runtime AS worker
ENV STATUS_HOST=0.0.0.0 \
    STATUS_PORT=9464
EXPOSE 9464
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:'+process.env.STATUS_PORT+'/readyz').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
CMD ["node", "dist/apps.worker.src.main.mjs"]

FROM worker AS cuda
COPY --from=tensorflow-cuda /opt/sobolev /opt/sobolev
COPY --from=tensorflow-cuda /app/node_modules/@tensorflow /app/node_modules/@tensorflow
ENV COMPUTE=tensorflow \
    REQUIRE_GPU=1 \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
USER 1000:1000

FROM worker AS webgpu
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends libvulkan1 mesa-vulkan-drivers \
 && rm -rf /var/lib/apt/lists/*
ENV COMPUTE=webgpu \
    REQUIRE_GPU=1
USER 1000:1000

FROM worker AS cpu
COPY --from=tensorflow-cpu /opt/sobolev /opt/sobolev
COPY --from=tensorflow-cpu /app/node_modules/@tensorflow /app/node_modules/@tensorflow
ENV COMPUTE=tensorflow
USER 1000:1000
