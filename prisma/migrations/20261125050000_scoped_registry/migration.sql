-- Names of models, and uploads that come in pieces, belong to projects like all else.
ALTER TABLE "model_names" ADD COLUMN "project_id" TEXT NOT NULL DEFAULT 'prj_default';
ALTER TABLE "model_names" ALTER COLUMN "project_id" DROP DEFAULT;
ALTER TABLE "partial_uploads" ADD COLUMN "project_id" TEXT NOT NULL DEFAULT 'prj_default';
ALTER TABLE "partial_uploads" ALTER COLUMN "project_id" DROP DEFAULT;

DROP INDEX "model_names_name_key";
CREATE UNIQUE INDEX "model_names_project_id_name_key" ON "model_names"("project_id", "name");
CREATE INDEX "partial_uploads_project_id_idx" ON "partial_uploads"("project_id");

ALTER TABLE "model_names" ADD CONSTRAINT "model_names_project_id_fkey"
    FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "partial_uploads" ADD CONSTRAINT "partial_uploads_project_id_fkey"
    FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
