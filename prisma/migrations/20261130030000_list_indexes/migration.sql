-- The list of jobs: for each filter an index whose order is the list's, within a project.
CREATE INDEX "jobs_project_id_status_id_idx" ON "jobs"("project_id", "status", "id");
CREATE INDEX "jobs_project_id_kind_id_idx" ON "jobs"("project_id", "kind", "id");
CREATE INDEX "jobs_project_id_priority_id_idx" ON "jobs"("project_id", "priority", "id");
CREATE INDEX "jobs_project_id_created_at_id_idx" ON "jobs"("project_id", "created_at", "id");
CREATE INDEX "jobs_teacher_id_id_idx" ON "jobs"("teacher_id", "id");
CREATE INDEX "jobs_rollouts_id_id_idx" ON "jobs"("rollouts_id", "id");
CREATE INDEX "jobs_tags_idx" ON "jobs" USING GIN ("tags" jsonb_path_ops);
CREATE INDEX "jobs_metadata_idx" ON "jobs" USING GIN ("metadata" jsonb_path_ops);

-- Who comes before a job in its project's line: counted in the index alone.
CREATE INDEX "jobs_line_idx" ON "jobs"("project_id", (-"priority"), "queued_at", "id") INCLUDE ("priority") WHERE "status" = 'queued';

-- DropIndex: those above begin with the same columns, or are what was asked for.
DROP INDEX "jobs_waiting_idx";
DROP INDEX "jobs_kind_id_idx";
DROP INDEX "jobs_priority_id_idx";
DROP INDEX "jobs_teacher_id_idx";
DROP INDEX "jobs_rollouts_id_idx";
