// Builds what the package ships: dist/git-mlchain.cjs (what is started), dist/program.cjs (the command), dist/index.js
// (the library), dist/types.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

process.chdir(path.dirname(fileURLToPath(import.meta.url)));

const common = {
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  // Dependencies stay as they were published: openpgp is LGPL and must be replaceable, and each keeps its licence.
  packages: 'external',
  metafile: true,
  logLevel: 'warning',
};

// One CommonJS file, because that is what V8's code can be kept of (src/cli/start.ts). What is imported dynamically is
// in it, and set going when it is asked for. Nothing but ASCII and no comments: so it is read without being decoded.
const command = await build({
  ...common,
  entryPoints: [
    { in: 'src/cli/start.ts', out: 'git-mlchain' },
    { in: 'src/cli/main.ts', out: 'program' },
  ],
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  supported: { 'dynamic-import': false },
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: { js: `"use strict";const importMetaUrl=require("node:url").pathToFileURL(__filename).href;` },
  charset: 'ascii',
  minifyWhitespace: true,
  minifySyntax: true,
  // For whoever reads a stack trace.
  lineLimit: 160,
});
chmodSync('dist/git-mlchain.cjs', 0o755);

const hasLibrary = existsSync('src/index.ts');
const library = await build({
  ...common,
  entryPoints: [
    { in: 'src/artifact/hash-worker.ts', out: 'hash-worker' },
    { in: 'src/openpgp/check-worker.ts', out: 'check-worker' },
    ...(hasLibrary ? [{ in: 'src/index.ts', out: 'index' }] : []),
  ],
  chunkNames: 'chunks/[name]-[hash]',
  splitting: true,
  format: 'esm',
});

// What an earlier build left. Not removed before: a test may be running what is there.
const outputs = [command, library].flatMap(({ metafile }) => Object.keys(metafile.outputs));
const built = new Set(outputs.map((file) => path.normalize(file)));
for (const file of readdirSync('dist', { recursive: true, encoding: 'utf8' })) {
  const old = path.join('dist', file);
  if (/\.c?js$/.test(old) && !built.has(old)) rmSync(old);
}

if (hasLibrary) {
  const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
  rmSync('dist/types', { recursive: true, force: true });
  execFileSync(process.execPath, [tsc, '--project', 'tsconfig.build.json'], { stdio: 'inherit' });
}
