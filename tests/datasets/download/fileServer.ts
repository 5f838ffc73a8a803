/** A server on 127.0.0.1 that offers one file, faultily where asked, and remembers the requests. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Fault {
  /** Close the connection after this many bytes of the body. */
  dropAfter?: number;
  /** Claim this `Content-Length`. */
  claim?: number;
  status?: number;
  headers?: http.OutgoingHttpHeaders;
  /** Send the headers and the first bytes, then nothing. */
  stall?: boolean;
  /** After the body, short of `claim`, neither send nor close. */
  keepOpen?: boolean;
}

export interface ServerOptions {
  /** The file's content, at each request by its number (from 0). */
  content: Buffer | ((request: number) => Buffer);
  /** Answer `Range` with the whole file (default false). */
  ignoreRange?: boolean;
  /** The entity tag; default one that changes with the content, null for none. */
  etag?: string | null;
  /** Send no `Content-Length` (chunked). */
  chunked?: boolean;
  /** What goes wrong at each request; nothing behind the end. */
  faults?: readonly (Fault | undefined)[];
}

export interface FileServer {
  url: string;
  /** Headers of the requests so far. */
  requests: http.IncomingHttpHeaders[];
}

export async function withServer<T>(
  options: ServerOptions,
  use: (server: FileServer) => Promise<T>,
): Promise<T> {
  const requests: http.IncomingHttpHeaders[] = [];
  const server = http.createServer((request, response) => {
    const number = requests.push(request.headers) - 1;
    answer(request, response, number, options);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  try {
    return await use({ url: `http://127.0.0.1:${port}/file`, requests });
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}

function answer(
  { headers }: http.IncomingMessage,
  response: http.ServerResponse,
  number: number,
  { content, ignoreRange = false, etag, chunked = false, faults = [] }: ServerOptions,
): void {
  const fault = faults[number] ?? {};
  const all = typeof content === 'function' ? content(number) : content;
  const tag = etag === undefined ? `"${all.length}-${all[0]}-${all.at(-1)}"` : etag;
  const first = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? NaN);
  const condition = headers['if-range'];
  const partial = first >= 0 && !ignoreRange && (condition === undefined || condition === tag);
  const beyond = partial && first >= all.length;
  const body = partial ? all.subarray(first) : all;
  const sent = body.subarray(0, fault.dropAfter ?? (fault.stall ? 10 : body.length));
  const range = beyond ? `bytes */${all.length}` : `bytes ${first}-${all.length - 1}/${all.length}`;
  response.writeHead(fault.status ?? (beyond ? 416 : partial ? 206 : 200), {
    ...(tag === null ? {} : { ETag: tag }),
    ...(partial ? { 'Content-Range': range } : {}),
    ...(chunked ? {} : { 'Content-Length': fault.claim ?? body.length }),
    ...fault.headers,
  });
  if (fault.stall) return void response.write(sent);
  if (fault.dropAfter === undefined && fault.claim === undefined) return void response.end(sent);
  // Past http's own bookkeeping, which would not send more or less than it announced.
  response.flushHeaders();
  const { socket } = response;
  if (chunked) socket?.write(`${body.length.toString(16)}\r\n`);
  if (fault.keepOpen) return void socket?.write(sent);
  socket?.write(sent, () => (fault.dropAfter === undefined ? socket.end() : socket.destroySoon()));
}
