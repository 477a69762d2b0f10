import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

/** Electron's channels and raw ports: only main and preload may touch them; everything else speaks through the contract. */
const RAW_IPC = [
  'ipcMain',
  'ipcRenderer',
  'contextBridge',
  'MessageChannelMain',
  'MessagePortMain',
  'utilityProcess',
  'webContents',
];
const RAW_IPC_REASON = 'Raw IPC belongs to src/main and src/preload alone; elsewhere use the contract (src/contract).';

export default ts.config(
  { ignores: ['out/', 'node_modules/', '.cache/', 'test-results/', '.svelte-kit/'] },
  js.configs.recommended,
  {
    languageOptions: { globals: globals.node },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
  },
  {
    files: ['**/*.ts', '**/*.svelte', '**/*.svelte.ts'],
    extends: [ts.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname, extraFileExtensions: ['.svelte'] },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // Numbers in messages are what most templates are for.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => log(…)` as a callback is clear enough.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // TypeScript knows the globals, and finds unused private members without stumbling over `??=`.
      'no-undef': 'off',
      'no-unused-private-class-members': 'off',
      // Only the caller knows what a row of SQL or a parsed argument is: `get<Row>(sql)` says so in one place.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser }, globals: globals.browser },
    rules: {
      // Props and runes: a `let` is often only assigned by Svelte.
      'prefer-const': 'off',
      // State here replaces whole maps and sets under `$state.raw`, which reacts; the reactive ones cost a signal an entry.
      'svelte/prefer-svelte-reactivity': 'off',
      'svelte/prefer-const': ['error', { excludedRunes: ['$props', '$bindable'] }],
    },
  },
  {
    files: ['src/**'],
    ignores: ['src/main/**', 'src/preload/**'],
    rules: {
      'no-restricted-imports': ['error', { paths: [{ name: 'electron', message: RAW_IPC_REASON }] }],
      'no-restricted-syntax': [
        'error',
        ...RAW_IPC.map((name) => ({
          selector: `:matches(MemberExpression[property.name='${name}'], ImportSpecifier[imported.name='${name}'])`,
          message: RAW_IPC_REASON,
        })),
      ],
    },
  },
  prettier,
  ...svelte.configs.prettier,
);
