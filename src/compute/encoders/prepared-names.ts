/** Before the names of what is added to a model, so that they meet none of its own. */
export const ADDED_PREFIX = 'semblance/';

/** Names of a prepared model's input and output. */
export const PREPARED_INPUT = `${ADDED_PREFIX}pixels`;
export const PREPARED_OUTPUT = `${ADDED_PREFIX}features`;
