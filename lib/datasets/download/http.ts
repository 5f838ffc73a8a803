/** One GET request over HTTP(S), redirects followed, the body as sent: no decompression. */
import http from 'node:http';
import https from 'node:https';

/** A failure outside the program that the user can act on; its message says what and how. */
export class DownloadError extends Error {
  override readonly name: string = 'DownloadError';
}

/** A failure that may pass: worth another attempt. */
export class TransientError extends DownloadError {
  override readonly name = 'TransientError';
  /** Seconds that the server asks to wait. */
  retryAfter = 0;
}

export interface GetOptions {
  headers?: http.OutgoingHttpHeaders;
  signal?: AbortSignal;
  /** Milliseconds without a byte after which the connection counts as dropped. */
  timeout: number;
}

const maxRedirects = 5;
/** What `Retry-After` may ask for at most, in seconds. */
const maxRetryAfter = 120;

const passing =
  /^(ECONNRESET|ECONNREFUSED|ECONNABORTED|ETIMEDOUT|EPIPE|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH)$/;

/**
 * The response to `GET url`, status 200, 206 or 416; the caller reads or destroys it.
 *
 * @throws TransientError when the server is unreachable, busy (408, 425, 429, 5xx) or drops the
 *   connection; DownloadError for every other status, an untrusted certificate, a redirect from
 *   https to http or too many of them.
 */
export async function get(url: string, options: GetOptions): Promise<http.IncomingMessage> {
  let current = new URL(url);
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const response = await request(current, options);
    const { statusCode: status = 0, headers } = response;
    if ([200, 206, 416].includes(status)) return response;
    response.destroy();
    if (status < 300 || status >= 400 || headers.location === undefined) {
      throw statusError(url, status, headers['retry-after']);
    }
    const next = new URL(headers.location, current);
    if (current.protocol === 'https:' && next.protocol !== 'https:') {
      throw new DownloadError(`${url} redirects from https to ${next.href}: refused.`);
    }
    current = next;
  }
  throw new DownloadError(`${url} redirects more than ${maxRedirects} times.`);
}

function request(url: URL, options: GetOptions): Promise<http.IncomingMessage> {
  const { headers = {}, signal, timeout } = options;
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new DownloadError(`${url.href} is no http or https address.`);
  }
  const client = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const sent = client.get(
      url,
      {
        agent: false,
        signal,
        headers: { 'User-Agent': 'pat-notebooks', 'Accept-Encoding': 'identity', ...headers },
      },
      resolve,
    );
    sent.on('error', (error) => reject(networkError(url, error)));
    sent.setTimeout(timeout, () =>
      sent.destroy(new TransientError(`${url.host} sent nothing for ${timeout / 1000} s.`)),
    );
  });
}

/** Size of the whole file, as a response tells it. */
export function totalOf(response: http.IncomingMessage): number | undefined {
  const { 'content-range': range, 'content-length': length } = response.headers;
  const text = response.statusCode === 206 ? /\/(\d+)$/.exec(range ?? '')?.[1] : length;
  return text === undefined ? undefined : Number(text);
}

/** What `If-Range` takes: a strong `ETag`, else `Last-Modified`. */
export function validatorOf(response: http.IncomingMessage): string | undefined {
  const { etag, 'last-modified': modified } = response.headers;
  return etag !== undefined && !etag.startsWith('W/') ? etag : modified;
}

/** What an error of the network means for the user; `TransientError` where trying again may help. */
export function networkError(url: URL, error: Error): Error {
  if (error instanceof DownloadError || error.name === 'AbortError') return error;
  const { code = '' } = error as NodeJS.ErrnoException;
  if (passing.test(code)) return new TransientError(`${url.host}: ${error.message || code}.`);
  const elsewhere =
    'Behind a proxy, fetch the file by other means and pass it with --from; a private certificate ' +
    'goes into NODE_EXTRA_CA_CERTS.';
  return new DownloadError(`${url.href} cannot be fetched: ${error.message || code}. ${elsewhere}`);
}

function statusError(url: string, status: number, retryAfter: string | undefined): DownloadError {
  if ([408, 425, 429].includes(status) || status >= 500) {
    const error = new TransientError(`${url}: the server answers ${status}.`);
    error.retryAfter = Math.min(maxRetryAfter, Math.max(0, Number(retryAfter) || 0));
    return error;
  }
  const why = status === 404 || status === 410 ? 'the file is not there (any more)' : 'refused';
  return new DownloadError(
    `${url}: the server answers ${status}: ${why}. If you have the file from elsewhere, pass it ` +
      'with --from: its checksum is verified where one is published.',
  );
}
