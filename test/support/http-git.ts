import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import type { Member } from './member.ts';

/** A host's repositories over HTTP, by git's own `http-backend`, on this machine and until it is closed. */
export interface HttpGit {
  /** Of the host's repository. */
  readonly url: string;
  close(): Promise<void>;
}

/** Whoever asks is taken for somebody who may push, as behind a proxy that has asked for a password. */
export async function serveOverHttp(host: Member): Promise<HttpGit> {
  const server = http.createServer((request, response) => answer(host, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/${path.basename(host.clone)}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** CGI, as git-http-backend(1) describes it. */
function answer(host: Member, request: http.IncomingMessage, response: http.ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
  const backend = spawn('git', ['http-backend'], {
    env: {
      ...host.person.env,
      GIT_PROJECT_ROOT: path.dirname(host.clone),
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      REMOTE_USER: 'somebody',
      CONTENT_TYPE: request.headers['content-type'],
      CONTENT_LENGTH: request.headers['content-length'],
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
      HTTP_GIT_PROTOCOL: [request.headers['git-protocol']].flat()[0],
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  // A backend that has read enough closes the pipe; what it answers says why.
  backend.stdin.on('error', () => undefined);
  request.pipe(backend.stdin);
  const chunks: Buffer[] = [];
  backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  backend.on('close', () => respond(response, Buffer.concat(chunks)));
}

function respond(response: http.ServerResponse, output: Buffer): void {
  const end = output.indexOf('\r\n\r\n');
  for (const line of output.subarray(0, end).toString('latin1').split('\r\n')) {
    const [name = '', value = ''] = line.split(/: (.*)/s);
    if (name.toLowerCase() === 'status') response.statusCode = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
  response.end(output.subarray(end + 4));
}
