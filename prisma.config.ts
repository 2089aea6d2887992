import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  // `generate` needs no database; `migrate deploy` and `studio` take theirs from the environment.
  datasource: { url: process.env['DATABASE_URL'] ?? '' },
});
