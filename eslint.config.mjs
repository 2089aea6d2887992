import js from '@eslint/js';
import globals from 'globals';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['**/node_modules', '**/dist', '**/generated', '.data'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/only-throw-error': 'error',
      'max-lines': ['error', { max: 300 }],
      'max-params': 'off',
      '@typescript-eslint/max-params': ['error', { max: 4 }],
      'no-console': 'error',
    },
  },
  {
    // The mathematics: short functions, so that each line can be read against its equation.
    files: ['**/*.ts', '**/*.tsx'],
    // Routes are declarations, one after the other.
    ignores: ['**/*.test.ts', 'test/**', 'apps/dashboard/**', 'apps/api/src/**/*routes.ts'],
    rules: { 'max-lines-per-function': ['error', { max: 60, skipComments: true, skipBlankLines: true }] },
  },
  {
    files: ['**/*.test.ts', 'test/**/*.ts'],
    rules: { 'max-lines': 'off', 'no-console': 'off' },
  },
  {
    files: ['apps/demo/**', 'apps/standalone/**', 'apps/studies/src/main.ts'],
    rules: { 'no-console': 'off' },
  },
  { files: ['apps/dashboard/**'], languageOptions: { globals: globals.browser } },
  { files: ['apps/dashboard/**/*.tsx'], ...reactHooks.configs.flat.recommended },
  { files: ['**/*.mjs'], languageOptions: { globals: globals.node } },
  { files: ['**/*'], rules: { 'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }] } },
  {
    files: [
      '*.config.*',
      '**/vite.config.ts',
      'eslint.config.mjs',
      '.dependency-cruiser.mjs',
      'test/reporter.ts',
      'test/global-setup.ts',
    ],
    rules: { 'no-restricted-exports': 'off' },
  },
);
