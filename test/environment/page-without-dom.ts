import type { Environment } from 'vitest/runtime';

/** Compiles modules as for the browser, so that Svelte's runes react in tests, and adds no DOM to Node's globals. */
const pageWithoutDom: Environment = {
  name: 'page-without-dom',
  viteEnvironment: 'client',
  setup: () => ({ teardown: () => undefined }),
};

export default pageWithoutDom;
