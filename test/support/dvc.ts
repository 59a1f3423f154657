import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Member } from './member.ts';

// DVC itself cannot be had here. What follows writes what DVC 3 writes – pointers, cache, .gitignore – as its
// documentation has it (dvc.org: "`.dvc` Files", "`dvc.yaml` Files", "Internal Directories and Files") and its own code
// (dvc-data, `hashfile/tree.py`); it is a writer for tests, and is not DVC.

export function md5(content: string | Uint8Array): string {
  return createHash('md5').update(content).digest('hex');
}

/** What `dvc init` leaves. */
export function writeDvcProject(member: Member, directory = ''): void {
  member.write(path.join(directory, '.dvc/config'), '');
  member.write(path.join(directory, '.dvc/.gitignore'), '/config.local\n/tmp\n/cache\n');
}

/** Into the cache, as `dvc add` does and `dvc pull`. */
export function writeDvcCache(member: Member, content: string | Uint8Array, name = md5(content)): void {
  member.write(path.join('.dvc/cache/files/md5', name.slice(0, 2), name.slice(2)), content);
}

/** What `dvc add FILE` leaves: the file itself ignored by git, its content in the cache, and a pointer beside it. */
export function writeDvcFile(member: Member, file: string, content: string | Uint8Array): void {
  member.write(file, content);
  ignore(member, file);
  writeDvcCache(member, content);
  member.write(`${file}.dvc`, pointerText(path.basename(file), md5(content), content.length));
}

/** What `dvc add DIRECTORY` leaves. @param files content by path below the directory */
export function writeDvcDirectory(
  member: Member,
  directory: string,
  files: ReadonlyMap<string, string>,
): void {
  for (const [name, content] of files) {
    member.write(path.join(directory, name), content);
    writeDvcCache(member, content);
  }
  ignore(member, directory);
  const manifest = manifestText(files);
  writeDvcCache(member, manifest, `${md5(manifest)}.dir`);
  const size = [...files.values()].join('').length;
  const entry = pointerText(path.basename(directory), `${md5(manifest)}.dir`, size);
  member.write(`${directory}.dvc`, entry.replace('  hash:', `  nfiles: ${files.size}\n  hash:`));
}

export function manifestText(files: ReadonlyMap<string, string>): string {
  const sorted = [...files].sort(([one], [other]) => (one < other ? -1 : 1));
  const items = sorted.map(([name, content]) => `{"md5": "${md5(content)}", "relpath": "${name}"}`);
  return `[${items.join(', ')}]`;
}

export function pointerText(name: string, hash: string, size: number): string {
  return `outs:\n- md5: ${hash}\n  size: ${size}\n  hash: md5\n  path: ${name}\n`;
}

/** One output in `dvc.lock`, as `dvc repro` writes it. */
export function lockText(stage: string, outputs: ReadonlyMap<string, string>): string {
  const outs = [...outputs].map(([name, content]) => {
    return `    - path: ${name}\n      hash: md5\n      md5: ${md5(content)}\n      size: ${content.length}\n`;
  });
  return `schema: '2.0'\nstages:\n  ${stage}:\n    cmd: sh scripts/${stage}.sh\n    outs:\n${outs.join('')}`;
}

function ignore(member: Member, output: string): void {
  const file = path.join(member.clone, path.dirname(output), '.gitignore');
  const line = `/${path.basename(output)}\n`;
  const before = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  if (!before.includes(line)) fs.writeFileSync(file, before + line);
}
