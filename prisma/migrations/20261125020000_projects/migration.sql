-- CreateTable
CREATE TABLE "projects" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "projects_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "projects_name_key" ON "projects"("name");

-- What there was before belongs to the project that requests without a key are in.
INSERT INTO "projects" ("id", "name") VALUES ('prj_default', 'default');

-- AlterTable: the default is for the rows that are there; whoever writes one must say whose it is.
ALTER TABLE "uploads" ADD COLUMN "project_id" TEXT NOT NULL DEFAULT 'prj_default';
ALTER TABLE "uploads" ALTER COLUMN "project_id" DROP DEFAULT;
ALTER TABLE "teachers" ADD COLUMN "project_id" TEXT NOT NULL DEFAULT 'prj_default';
ALTER TABLE "teachers" ALTER COLUMN "project_id" DROP DEFAULT;
ALTER TABLE "rollouts" ADD COLUMN "project_id" TEXT NOT NULL DEFAULT 'prj_default';
ALTER TABLE "rollouts" ALTER COLUMN "project_id" DROP DEFAULT;
ALTER TABLE "labels" ADD COLUMN "project_id" TEXT NOT NULL DEFAULT 'prj_default';
ALTER TABLE "labels" ALTER COLUMN "project_id" DROP DEFAULT;
ALTER TABLE "jobs" ADD COLUMN "project_id" TEXT NOT NULL DEFAULT 'prj_default';
ALTER TABLE "jobs" ALTER COLUMN "project_id" DROP DEFAULT;
ALTER TABLE "models" ADD COLUMN "project_id" TEXT NOT NULL DEFAULT 'prj_default';
ALTER TABLE "models" ALTER COLUMN "project_id" DROP DEFAULT;

-- DropIndex
DROP INDEX "teachers_name_key";
DROP INDEX "rollouts_name_key";
DROP INDEX "labels_name_key";

-- CreateIndex
CREATE UNIQUE INDEX "teachers_project_id_name_key" ON "teachers"("project_id", "name");
CREATE UNIQUE INDEX "rollouts_project_id_name_key" ON "rollouts"("project_id", "name");
CREATE UNIQUE INDEX "labels_project_id_name_key" ON "labels"("project_id", "name");
CREATE INDEX "uploads_project_id_id_idx" ON "uploads"("project_id", "id");
CREATE INDEX "teachers_project_id_id_idx" ON "teachers"("project_id", "id");
CREATE INDEX "rollouts_project_id_id_idx" ON "rollouts"("project_id", "id");
CREATE INDEX "labels_project_id_id_idx" ON "labels"("project_id", "id");
CREATE INDEX "jobs_project_id_id_idx" ON "jobs"("project_id", "id");
CREATE INDEX "models_project_id_id_idx" ON "models"("project_id", "id");

-- AddForeignKey
ALTER TABLE "uploads" ADD CONSTRAINT "uploads_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "teachers" ADD CONSTRAINT "teachers_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "rollouts" ADD CONSTRAINT "rollouts_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "labels" ADD CONSTRAINT "labels_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "models" ADD CONSTRAINT "models_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
