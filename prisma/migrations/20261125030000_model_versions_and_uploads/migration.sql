-- Uploads that come in pieces: each row is one that is not whole yet, and goes when it is.
CREATE TABLE "partial_uploads" (
    "id" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "sha256" TEXT,
    "token" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "partial_uploads_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "partial_uploads_bytes_check" CHECK ("bytes" > 0)
);

CREATE INDEX "partial_uploads_expires_at_idx" ON "partial_uploads"("expires_at");

-- What models are called: a model is one version of at most one name.
CREATE TABLE "model_names" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    -- The newest version that was given; those of deleted models are not given again.
    "version" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "model_names_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "model_names_name_key" ON "model_names"("name");

ALTER TABLE "models"
    ADD COLUMN "name_id" TEXT,
    ADD COLUMN "version" INTEGER,
    ADD COLUMN "deleted_at" TIMESTAMPTZ(3),
    ADD CONSTRAINT "models_version_check" CHECK (("name_id" IS NULL) = ("version" IS NULL));

ALTER TABLE "models" ADD CONSTRAINT "models_name_id_fkey"
    FOREIGN KEY ("name_id") REFERENCES "model_names"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

CREATE UNIQUE INDEX "models_name_id_version_key" ON "models"("name_id", "version");

CREATE TABLE "model_aliases" (
    "name_id" TEXT NOT NULL,
    "alias" TEXT NOT NULL,
    "model_id" TEXT NOT NULL,
    "moved_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "model_aliases_pkey" PRIMARY KEY ("name_id", "alias")
);

CREATE INDEX "model_aliases_model_id_idx" ON "model_aliases"("model_id");

ALTER TABLE "model_aliases" ADD CONSTRAINT "model_aliases_name_id_fkey"
    FOREIGN KEY ("name_id") REFERENCES "model_names"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "model_aliases" ADD CONSTRAINT "model_aliases_model_id_fkey"
    FOREIGN KEY ("model_id") REFERENCES "models"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
