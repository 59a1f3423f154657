import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { exec } from './exec.ts';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** A package registry on this machine that has what lies in a `node_modules`, and nothing else. */
export interface Registry {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the packages named and all they depend on, so that a real `npm install` runs without a network. */
export async function serveRegistry(
  nodeModules: string,
  names: readonly string[],
  scratch: string,
): Promise<Registry> {
  const packages = new Map<string, { manifest: Manifest; tarball: Buffer }>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (packages.has(name)) continue;
    const directory = path.join(nodeModules, name);
    const manifest: Manifest = JSON.parse(fs.readFileSync(path.join(directory, 'package.json'), 'utf8'));
    packages.set(name, { manifest, tarball: await tarballOf(directory, scratch) });
    open.push(...Object.keys(manifest.dependencies ?? {}));
  }
  const server = http.createServer((request, response) => {
    const [, name = '', file] =
      /^\/(.+?)(\/-\/package\.tgz)?$/.exec(decodeURIComponent(request.url ?? '')) ?? [];
    const found = packages.get(name);
    if (found === undefined) response.writeHead(404).end('{}');
    else if (file !== undefined) response.end(found.tarball);
    else
      response.end(
        JSON.stringify(packument(found.manifest, found.tarball, `http://${request.headers.host}`)),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function packument(manifest: Manifest, tarball: Buffer, host: string) {
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  const dist = { tarball: `${host}/${manifest.name}/-/package.tgz`, integrity };
  const { name, version } = manifest;
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } };
}

async function tarballOf(directory: string, scratch: string): Promise<Buffer> {
  const file = path.join(scratch, 'package.tgz');
  // npm takes off the first directory, whatever its name. What is nested comes from the registry itself.
  const args = [
    '-czf',
    file,
    '--exclude',
    'node_modules',
    '-C',
    path.dirname(directory),
    path.basename(directory),
  ];
  await exec('tar', args, process.env);
  return fs.readFileSync(file);
}
