-- One row or more of every table, as the release of migration 20261124210000_job_kinds writes them.
INSERT INTO artifacts (sha256, bytes) VALUES
  (repeat('a', 64), 100), (repeat('b', 64), 5000000000), (repeat('c', 64), 300), (repeat('d', 64), 400), (repeat('e', 64), 500);
INSERT INTO uploads (id, sha256, bytes) VALUES ('upload_00000000000000000000000001', repeat('f', 64), 42);
INSERT INTO teachers (id, name, observation, contract_hash, actions, architecture, layer_table, weights_sha256, measured_return, provenance, verification)
VALUES ('teacher_00000000000000000000000001', 'pong', '{"game": "pong"}', 'h1', '{NOOP,LEFT,RIGHT}', '{"preset": "nature"}', '{}',
        repeat('a', 64), '{"mean": 20.5}', 'ours', '{"frames": 4}');
INSERT INTO jobs (id, kind, status, spec, layer_table, teacher_id, attempt, event_seq, step, total_steps, engine, result, metadata, started_at, finished_at)
VALUES ('job_00000000000000000000000001', 'recording', 'succeeded', '{"kind": "recording"}', NULL, 'teacher_00000000000000000000000001',
        1, 2, 10, 10, 'wasm', '{"frames": 10}', '{"study": "é"}', now(), now());
INSERT INTO rollouts (id, name, observation, contract_hash, actions, frames, episodes, mean_return, file_sha256, source, made_by_job_id)
VALUES ('rollouts_00000000000000000000000001', 'pong', '{"game": "pong"}', 'h1', '{NOOP,LEFT,RIGHT}', 10, 2, 0.1, repeat('b', 64),
        '{"kind": "recorded"}', 'job_00000000000000000000000001');
INSERT INTO labels (id, name, teacher_id, rollouts_id, projections, frames, file_sha256, made_by_job_id)
VALUES ('labels_00000000000000000000000001', 'pong', 'teacher_00000000000000000000000001', 'rollouts_00000000000000000000000001',
        '{"kind": "none"}', 10, repeat('c', 64), 'job_00000000000000000000000001');
INSERT INTO models (id, job_id, observation, contract_hash, actions, layer_table, metrics)
VALUES ('model_00000000000000000000000001', 'job_00000000000000000000000001', '{"game": "pong"}', 'h1', '{NOOP,LEFT,RIGHT}', '{}', '{"kl": 0.1}');
INSERT INTO model_files (model_id, name, sha256, filename)
VALUES ('model_00000000000000000000000001', 'student', repeat('d', 64), 'student.safetensors');
INSERT INTO jobs (id, kind, status, spec, teacher_id, rollouts_id, labels_id, student_id, file_sha256, total_steps)
VALUES ('job_00000000000000000000000002', 'distillation', 'queued', '{"kind": "distillation"}', 'teacher_00000000000000000000000001',
        'rollouts_00000000000000000000000001', 'labels_00000000000000000000000001', 'model_00000000000000000000000001', repeat('e', 64), 3000);
INSERT INTO jobs (id, kind, status, spec, teacher_id, rollouts_id, attempt, event_seq, step, total_steps, engine, error)
VALUES ('job_00000000000000000000000003', 'distillation', 'running', '{"kind": "distillation"}', 'teacher_00000000000000000000000001',
        'rollouts_00000000000000000000000001', 1, 2, 25, 3000, 'tensorflow', NULL);
INSERT INTO events (job_id, seq, level, type, message, data) VALUES
  ('job_00000000000000000000000003', 1, 'info', 'status', 'Queued', '{"status": "queued"}'),
  ('job_00000000000000000000000003', 2, 'warn', 'message', 'Running', '{"status": "running"}');
INSERT INTO metrics (job_id, name, step, value, at) VALUES
  ('job_00000000000000000000000003', 'loss', 20, 0.25, now()), ('job_00000000000000000000000003', 'loss', 25, 'NaN', now());
INSERT INTO checkpoints (job_id, step, name, sha256) VALUES ('job_00000000000000000000000003', 20, 'state', repeat('d', 64));
INSERT INTO job_files (job_id, name, sha256, filename, media_type)
VALUES ('job_00000000000000000000000001', 'report', repeat('e', 64), 'report.json', 'application/json');
