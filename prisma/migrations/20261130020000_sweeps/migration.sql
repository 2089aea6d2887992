-- AlterTable
ALTER TABLE "jobs" ADD COLUMN "parent_id" TEXT,
ADD COLUMN "held_for" TEXT,
ADD COLUMN "stop_at_step" INTEGER;

-- CreateTable
CREATE TABLE "sweeps" (
    "job_id" TEXT NOT NULL,
    "metric" TEXT NOT NULL,
    "goal" TEXT NOT NULL,
    "max_parallel" INTEGER,
    "failures" INTEGER,
    "rungs" INTEGER[],
    "keeps" INTEGER[],
    "model_name" TEXT,

    CONSTRAINT "sweeps_pkey" PRIMARY KEY ("job_id"),
    CONSTRAINT "sweeps_goal_check" CHECK ("goal" IN ('minimize', 'maximize'))
);

-- CreateTable
CREATE TABLE "sweep_children" (
    "sweep_id" TEXT NOT NULL,
    "index" INTEGER NOT NULL,
    "job_id" TEXT NOT NULL,
    "point" JSONB NOT NULL,
    "place" INTEGER,
    "is_halved" BOOLEAN NOT NULL DEFAULT false,
    "labelling_id" TEXT,

    CONSTRAINT "sweep_children_pkey" PRIMARY KEY ("sweep_id","index")
);

-- CreateIndex: a sweep looks at its children again and again, as long as there are some that have not ended.
CREATE INDEX "jobs_parent_id_id_idx" ON "jobs"("parent_id", "id");
CREATE INDEX "jobs_unfinished_children_idx" ON "jobs"("parent_id") WHERE "finished_at" IS NULL AND "parent_id" IS NOT NULL;
CREATE INDEX "jobs_unfinished_sweeps_idx" ON "jobs"("id") WHERE "finished_at" IS NULL AND "kind" = 'sweep';
CREATE UNIQUE INDEX "sweep_children_sweep_id_job_id_key" ON "sweep_children"("sweep_id", "job_id");
CREATE INDEX "sweep_children_job_id_idx" ON "sweep_children"("job_id");

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "jobs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "sweeps" ADD CONSTRAINT "sweeps_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "sweep_children" ADD CONSTRAINT "sweep_children_sweep_id_fkey" FOREIGN KEY ("sweep_id") REFERENCES "sweeps"("job_id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "sweep_children" ADD CONSTRAINT "sweep_children_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "sweep_children" ADD CONSTRAINT "sweep_children_labelling_id_fkey" FOREIGN KEY ("labelling_id") REFERENCES "jobs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
