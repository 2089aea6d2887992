-- AlterEnum
ALTER TYPE "job_status" ADD VALUE 'validating' BEFORE 'queued';
ALTER TYPE "job_status" ADD VALUE 'pausing' BEFORE 'cancelling';
ALTER TYPE "job_status" ADD VALUE 'paused' BEFORE 'cancelling';

-- AlterTable
ALTER TABLE "jobs" ADD COLUMN "priority" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN "deadline_at" TIMESTAMPTZ(3),
ADD COLUMN "tags" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN "retry_of" TEXT,
ADD COLUMN "stop_mode" TEXT,
ADD COLUMN "stop_reason" TEXT,
ADD COLUMN "queued_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN "steps_per_second" DOUBLE PRECISION,
ADD COLUMN "progress_at" TIMESTAMPTZ(3);
UPDATE "jobs" SET "queued_at" = "created_at";

-- AlterTable
ALTER TABLE "checkpoints" ADD COLUMN "is_best" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN "is_periodic" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "models" ADD COLUMN "checkpoint_step" INTEGER;

-- DropIndex
DROP INDEX "models_job_id_key";

-- CreateIndex: one model of a job's end, and one of each checkpoint.
CREATE UNIQUE INDEX "models_job_id_checkpoint_step_key" ON "models"("job_id", COALESCE("checkpoint_step", -1));

-- CreateIndex
CREATE INDEX "jobs_waiting_idx" ON "jobs"("priority" DESC, "queued_at", "id") WHERE "status" = 'queued';
CREATE INDEX "jobs_deadline_at_idx" ON "jobs"("deadline_at") WHERE "finished_at" IS NULL;
CREATE INDEX "jobs_kind_id_idx" ON "jobs"("kind", "id");
CREATE INDEX "jobs_priority_id_idx" ON "jobs"("priority", "id");

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_retry_of_fkey" FOREIGN KEY ("retry_of") REFERENCES "jobs"("id") ON DELETE SET NULL ON UPDATE CASCADE;
