/**
 * The layers of src/: contract and similarity ← compute ← library ← cli; main, preload and renderer stand on contract alone.
 * Imports go downwards only.
 */
const layer = (name, allowed) => ({
  name: `${name}-imports`,
  comment: `src/${name} may import only itself${allowed.map((other) => `, src/${other}`).join('')}`,
  severity: 'error',
  from: { path: `^src/${name}/`, pathNot: '\\.test\\.ts$' },
  to: { path: '^src/', pathNot: `^src/(${[name, ...allowed].join('|')})/` },
});

const TESTS = '\\.test\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    layer('contract', []),
    layer('similarity', []),
    layer('compute', ['contract', 'similarity']),
    layer('library', ['contract', 'similarity', 'compute']),
    {
      name: 'service-on-top-of-its-rooms',
      comment: 'The service and its router know every room of src/library; no room knows them.',
      severity: 'error',
      from: { path: '^src/library/[^/]+/' },
      to: { path: '^src/library/(service|service-process|service-port|router)\\.ts$' },
    },
    layer('cli', ['contract', 'similarity', 'compute', 'library']),
    layer('main', ['contract']),
    layer('preload', ['contract']),
    layer('renderer', ['contract']),
    {
      name: 'contract-stands-alone',
      comment: 'The contract imports nothing but zod and oRPC: every side of the program loads it.',
      severity: 'error',
      from: { path: '^src/contract/', pathNot: TESTS },
      to: { pathNot: '^src/contract/|^node_modules/(zod|@orpc)/' },
    },
    {
      name: 'electron-only-in-main-and-preload',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main|preload)/' },
      to: { path: '^(node_modules/)?electron(/|$)' },
    },
    {
      name: 'no-node-in-pages',
      comment: 'Pages run sandboxed: no Node there.',
      severity: 'error',
      from: { path: '^src/renderer/', pathNot: TESTS },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-tests-in-the-product',
      severity: 'error',
      from: { path: '^src/', pathNot: TESTS },
      to: { path: `${TESTS}|^test/` },
    },
    {
      name: 'no-cycles',
      comment: 'Types may refer to each other: nothing of that is left when the program runs.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      comment: 'A module that nothing imports is dead, unless it is where a program starts.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [
          TESTS,
          '^test/',
          '^src/(main|preload)/index\\.ts$',
          '^src/renderer/main\\.ts$',
          '^src/cli/semblance\\.ts$',
          '-(worker|process)\\.ts$',
          '\\.d\\.ts$',
        ],
      },
      to: {},
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'ffmpeg-in-one-place',
      comment:
        'Hostile files meet FFmpeg in a decode process alone, and it is loaded with the first video: 40 MB that no other needs.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/library/media/video/video-reader\\.ts$' },
      to: { path: '^node_modules/(node-av|@seydx)/' },
    },
    {
      name: 'ffmpeg-when-it-is-needed',
      severity: 'error',
      from: { path: '^src/library/media/video/video-reader\\.ts$' },
      to: { path: '^node_modules/node-av/', dependencyTypesNot: ['type-only', 'dynamic-import'] },
    },
    {
      name: 'product-uses-product-dependencies',
      comment: 'What runs on Node unbundled must be among the dependencies, not the devDependencies.',
      severity: 'error',
      from: { path: '^src/(cli|library|compute|similarity|contract)/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['semblance-source', 'import', 'svelte', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.svelte', '.json', '.css'],
    },
  },
};
