// Builds what the package ships: dist/git-mlchain.js (the command), dist/index.js (the library), dist/types.
// The bundle is split: each dynamic import stays one, so a hook that has nothing to do loads next to nothing.
import { chmodSync, existsSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.dirname(fileURLToPath(import.meta.url));
process.chdir(root);

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: {
    'git-mlchain': 'src/cli/main.ts',
    ...(existsSync('src/index.ts') && { index: 'src/index.ts' }),
  },
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // openpgp is LGPL and must stay replaceable; the others are loaded lazily and gain nothing from the bundle.
  external: ['openpgp', 'isomorphic-git', 'simple-git-hooks', 'cosmiconfig'],
  banner: { js: '#!/usr/bin/env node' },
  logLevel: 'warning',
});
chmodSync('dist/git-mlchain.js', 0o755);
