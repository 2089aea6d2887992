import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig(({ command }) => {
  // Tests and shells may have set another, with which React is many times slower.
  if (command === 'build') process.env['NODE_ENV'] = 'production';
  return {
    plugins: [react()],
    build: { target: 'es2023' },
    // `npm start` serves the built page; for work on it, `vite` serves it here and passes the API's paths on.
    server: { proxy: { '/v1': 'http://127.0.0.1:4747', '/openapi.json': 'http://127.0.0.1:4747' } },
  };
});
