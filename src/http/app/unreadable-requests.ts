// Answers requests that Node cannot parse, so that a browser shows what to do, not a blank page.

import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Browsers send the cookies of every application on a host, such as localhost. */
export const MAX_HEADER_BYTES = 64 * 1_024;

const TOO_MANY_COOKIES = {
  status: '431 Request Header Fields Too Large',
  title: 'Too many cookies',
  text:
    'Your browser sends more than 64 KiB of cookies and other headers to this address, most likely those of other ' +
    'applications on the same host. Delete the cookies of this host in the settings of the browser, then load the ' +
    'page again.',
};
const UNREADABLE = {
  status: '400 Bad Request',
  title: 'The request could not be read',
  text: 'Check that the address begins with http:// or https:// as its server expects, then load the page again.',
};
const TOO_SLOW = {
  status: '408 Request Timeout',
  title: 'The request took too long',
  text: 'It did not arrive in time. Load the page again.',
};

/** Replaces Node's own answers, which have no body. */
export function answerUnreadable(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // The browser has left, or reads an answer already.
    if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) return void socket.destroy();
    socket.end(answerTo(error.code));
  });
}

function answerTo(code: string | undefined): string {
  const { status, title, text } =
    code === 'HPE_HEADER_OVERFLOW' ? TOO_MANY_COOKIES : code === 'ERR_HTTP_REQUEST_TIMEOUT' ? TOO_SLOW : UNREADABLE;
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1><p>${text}</p></html>\n`;
  const headers = [
    'Content-Type: text/html; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(page)}`,
    'Cache-Control: no-store',
    "Content-Security-Policy: default-src 'none'",
    'X-Content-Type-Options: nosniff',
    'Connection: close',
  ];
  return [`HTTP/1.1 ${status}`, ...headers, '', page].join('\r\n');
}
