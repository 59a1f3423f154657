import { fileURLToPath } from 'node:url';

/** The built program: what users run is what is measured. */
export const program = fileURLToPath(new URL('../dist/git-mlchain.cjs', import.meta.url));
