-- AlterTable
ALTER TABLE "jobs" ADD COLUMN "needs_gpu" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "jobs" ADD COLUMN "trace_parent" TEXT;

-- CreateTable
CREATE TABLE "workers" (
    "id" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "version" TEXT NOT NULL,
    "engine" TEXT NOT NULL,
    "device" TEXT NOT NULL,
    "gpu" BOOLEAN NOT NULL,
    "gpu_jobs_only" BOOLEAN NOT NULL DEFAULT false,
    "memory_bytes" BIGINT NOT NULL,
    "kinds" TEXT[],
    "job_id" TEXT,
    "draining" BOOLEAN NOT NULL DEFAULT false,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "workers_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "workers_last_seen_idx" ON "workers"("last_seen");
