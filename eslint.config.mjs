import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['node_modules', '.venv', '.cache', 'figures', 'data'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true } },
    settings: { 'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.js'] })] },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
      eqeqeq: 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Take a Random from lib/random.ts.' },
      ],
      'no-restricted-imports': [
        'error',
        { name: '@tensorflow/tfjs-node-gpu', message: "import { tf } from 'lib/backend'." },
      ],
    },
  },
  {
    files: ['lib/**/*.ts'],
    ignores: ['lib/cli/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['**/cli/**'],
              message: 'Commands call the library, never the other way round.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['lib/backend.ts', 'lib/nodeCompatibility.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  { files: ['vitest.config.ts'], rules: { 'import-x/no-default-export': 'off' } },
);
