/**
 * Where the program of a thread or process of its own lies: beside the source that starts it, or flat in out/node, where
 * everything is built to.
 *
 * @param program its path from the file that asks, without an ending: `./map-worker`; an entry of vite.node.config.ts has its name
 * @param from the `import.meta.url` of the file that asks
 */
export function workerUrl(program: string, from: string): URL {
  return from.endsWith('.ts') ? new URL(`${program}.ts`, from) : new URL(`./${program.replace(/^.*\//, '')}.js`, from);
}
