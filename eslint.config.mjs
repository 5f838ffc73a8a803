import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** The rooms of lib/, in order: a file imports from its own room, from the ground and from rooms before its own. */
const rooms = [
  'ops',
  'metrics',
  'decisions',
  'datasets',
  'losses',
  'models',
  'paper',
  'engine',
  'runs',
  'training',
  'sweeps',
  'results',
  'analysis',
  'measurement',
  'print',
  'tables',
  'claims',
  'judge',
  'figures',
  'livePage',
  'notebook',
  'cli',
];
/** What any room may use. */
const ground = [
  'atomicFile',
  'backend',
  'check',
  'extremes',
  'files',
  'interrupt',
  'nodeCompatibility',
  'ownAddon',
  'protobuf',
  'random',
  'schema',
  'statistics',
  'tensorText',
].map((name) => `./lib/${name}.ts`);
const pathsOf = (room) => [`./lib/${room}`, `./lib/${room}.ts`];
const zones = [ground, ...rooms.slice(0, -1).map(pathsOf)].map((target, place) => ({
  target,
  from: rooms.slice(place).flatMap(pathsOf),
  message: 'Rooms stand in one order (eslint.config.mjs): import from earlier ones only.',
}));

export default tseslint.config(
  { ignores: ['node_modules', '.venv', '.cache', 'figures', 'data', 'scripts/pageGlobals.d.ts'] },
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
  { files: ['lib/**/*.ts'], rules: { 'import-x/no-restricted-paths': ['error', { zones }] } },
  {
    files: ['lib/backend.ts', 'lib/nodeCompatibility.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    files: ['scripts/**/*.mjs'],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true } },
    settings: { 'import-x/resolver-next': [createNodeResolver({ extensions: ['.mjs'] })] },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
      eqeqeq: 'error',
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ['vitest.config.ts'], rules: { 'import-x/no-default-export': 'off' } },
);
