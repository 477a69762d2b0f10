/**
 * Flags of Node for the library service.
 *
 * V8 lets the young generation grow to 192 MB where there is much memory and much is allocated, as in an index run. With half-spaces
 * of 8 MB the heap stays at 42 MB instead of 155 over 20,000 pictures, and the run is as fast; with 2 MB another 10 MB are saved, and what was computed
 * (Louvain, cosines, index, large answers) took the same time of the processor.
 *
 * Where threads with WebAssembly come and go, V8's book of protected code pages can abort the process on processors with protection
 * keys ("Check failed: jit_page.has_value()", https://github.com/nodejs/node/issues/64500): teaching runs in such threads.
 *
 * The collector can be asked for: what the start leaves behind is collected once. With V8's own flag for small heaps (--optimize-for-size) memory was
 * as low, and what is computed took 5 to 20 % longer, reading large answers 80 %.
 */
export const SERVICE_FLAGS: readonly string[] = [
  '--max-semi-space-size=2',
  '--no-memory-protection-keys',
  '--expose-gc',
];

/**
 * What the service has in its environment besides: glibc is to map blocks of 128 kB and more by themselves, always (manual of glibc, "Memory
 * Allocation Tunables"): it raises that size as such blocks come and go, and keeps what is below, 100 MB of pixels after an index run of 20,000
 * pictures. Large pages (hugetlb=1) were asked for as well for a time: an index of 200,000 pictures was read no faster with them when it
 * was measured again (0.6 to 1.0 s of the processor, 0.4 without), and an index run held 50 MB more and grew twice as fast. Nothing else reads it.
 */
export const SERVICE_ENVIRONMENT: Readonly<Record<string, string>> = {
  GLIBC_TUNABLES: 'glibc.malloc.mmap_threshold=131072',
};
