-- AlterTable
ALTER TABLE "teachers" ADD COLUMN "format" TEXT NOT NULL DEFAULT 'safetensors',
ADD COLUMN "source_sha256" TEXT,
ADD COLUMN "verification" JSONB;

-- AlterTable
ALTER TABLE "rollouts" ADD COLUMN "source" JSONB,
ADD COLUMN "made_by_job_id" TEXT;

-- AlterTable
ALTER TABLE "jobs" ADD COLUMN "labels_id" TEXT,
ADD COLUMN "student_id" TEXT,
ADD COLUMN "file_sha256" TEXT;

-- AlterTable
ALTER TABLE "checkpoints" ADD COLUMN "name" TEXT NOT NULL DEFAULT 'state';
ALTER TABLE "checkpoints" DROP CONSTRAINT "checkpoints_pkey";
ALTER TABLE "checkpoints" ADD CONSTRAINT "checkpoints_pkey" PRIMARY KEY ("job_id", "step", "name");

-- AlterTable
ALTER TABLE "model_files" ADD COLUMN "media_type" TEXT NOT NULL DEFAULT 'application/octet-stream';

-- CreateTable
CREATE TABLE "labels" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "teacher_id" TEXT NOT NULL,
    "rollouts_id" TEXT NOT NULL,
    "projections" JSONB NOT NULL,
    "frames" INTEGER NOT NULL,
    "file_sha256" TEXT NOT NULL,
    "made_by_job_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "labels_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "job_files" (
    "job_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "filename" TEXT NOT NULL,
    "media_type" TEXT NOT NULL,

    CONSTRAINT "job_files_pkey" PRIMARY KEY ("job_id","name")
);

-- CreateIndex
CREATE UNIQUE INDEX "rollouts_made_by_job_id_key" ON "rollouts"("made_by_job_id");

-- CreateIndex
CREATE INDEX "jobs_labels_id_idx" ON "jobs"("labels_id");

-- CreateIndex
CREATE INDEX "jobs_student_id_idx" ON "jobs"("student_id");

-- CreateIndex
CREATE INDEX "jobs_file_sha256_idx" ON "jobs"("file_sha256");

-- CreateIndex
CREATE UNIQUE INDEX "labels_name_key" ON "labels"("name");

-- CreateIndex
CREATE UNIQUE INDEX "labels_made_by_job_id_key" ON "labels"("made_by_job_id");

-- CreateIndex
CREATE INDEX "labels_teacher_id_rollouts_id_idx" ON "labels"("teacher_id", "rollouts_id");

-- CreateIndex
CREATE INDEX "labels_file_sha256_idx" ON "labels"("file_sha256");

-- CreateIndex
CREATE INDEX "job_files_sha256_idx" ON "job_files"("sha256");

-- AddForeignKey
ALTER TABLE "rollouts" ADD CONSTRAINT "rollouts_made_by_job_id_fkey" FOREIGN KEY ("made_by_job_id") REFERENCES "jobs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_labels_id_fkey" FOREIGN KEY ("labels_id") REFERENCES "labels"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_student_id_fkey" FOREIGN KEY ("student_id") REFERENCES "models"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_file_sha256_fkey" FOREIGN KEY ("file_sha256") REFERENCES "artifacts"("sha256") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "labels" ADD CONSTRAINT "labels_teacher_id_fkey" FOREIGN KEY ("teacher_id") REFERENCES "teachers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "labels" ADD CONSTRAINT "labels_rollouts_id_fkey" FOREIGN KEY ("rollouts_id") REFERENCES "rollouts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "labels" ADD CONSTRAINT "labels_file_sha256_fkey" FOREIGN KEY ("file_sha256") REFERENCES "artifacts"("sha256") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "labels" ADD CONSTRAINT "labels_made_by_job_id_fkey" FOREIGN KEY ("made_by_job_id") REFERENCES "jobs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "job_files" ADD CONSTRAINT "job_files_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "job_files" ADD CONSTRAINT "job_files_sha256_fkey" FOREIGN KEY ("sha256") REFERENCES "artifacts"("sha256") ON DELETE RESTRICT ON UPDATE CASCADE;
