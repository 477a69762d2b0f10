export { useBackend } from './backend.ts';
