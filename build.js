// Builds what the package ships: dist/git-mlchain.js (the command), dist/index.js (the library), dist/types.
// The bundle is split: dynamic imports stay what they are, so what is not called is not read.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

process.chdir(path.dirname(fileURLToPath(import.meta.url)));

const hasLibrary = existsSync('src/index.ts');
const { metafile } = await build({
  entryPoints: [
    { in: 'src/cli/main.ts', out: 'git-mlchain' },
    { in: 'src/artifact/hash-worker.ts', out: 'hash-worker' },
    { in: 'src/openpgp/check-worker.ts', out: 'check-worker' },
    ...(hasLibrary ? [{ in: 'src/index.ts', out: 'index' }] : []),
  ],
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // Dependencies stay as they were published: openpgp is LGPL and must be replaceable, and each keeps its licence.
  packages: 'external',
  metafile: true,
  logLevel: 'warning',
});
chmodSync('dist/git-mlchain.js', 0o755);

// What an earlier build left. Not removed before: a test may be running what is there.
const built = new Set(Object.keys(metafile.outputs).map((file) => path.normalize(file)));
for (const file of readdirSync('dist', { recursive: true, encoding: 'utf8' })) {
  const old = path.join('dist', file);
  if (old.endsWith('.js') && !built.has(old)) rmSync(old);
}

if (hasLibrary) {
  const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
  rmSync('dist/types', { recursive: true, force: true });
  execFileSync(process.execPath, [tsc, '--project', 'tsconfig.build.json'], { stdio: 'inherit' });
}
