// The path and the query of an address, bounded before anything parses them: forms have their own
// bounds, a path is tried on some hundred patterns (60,000 characters took 40 ms), and some parsers
// take time with the square of the parameters (koa's, in the OAuth provider: 25,000 of them took
// 45 s of all connections' time).

import type { RequestHandler } from 'express';
import { PosternError } from '../../errors.ts';

/** Three names of 63 characters, each of four bytes in percent-encoding, have 2,268. */
const MOST_PATH_CHARACTERS = 3_000;
/** A hundred projects of a consumption query take 5,000, an identity provider's code 2,000. */
const MOST_QUERY_CHARACTERS = 8_192;
const MOST_PARAMETERS = 200;

export const boundAddresses: RequestHandler = (request, _response, next) => {
  const [path = '', query = ''] = splitAtQuery(request.url);
  const isPathShort = path.length <= MOST_PATH_CHARACTERS;
  const isQueryShort = query.length <= MOST_QUERY_CHARACTERS && query.split('&').length <= MOST_PARAMETERS;
  if (isPathShort && isQueryShort) return next();
  // The answer repeats and parses none of it, either.
  request.url = isPathShort ? path : '/';
  request.originalUrl = request.url;
  const most = `${MOST_QUERY_CHARACTERS} characters and ${MOST_PARAMETERS} parameters in its query`;
  next(tooLong(isPathShort ? most : `${MOST_PATH_CHARACTERS} characters in its path`));
};

function splitAtQuery(url: string): [path: string, query: string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}

export function tooLong(most: string): PosternError {
  return new PosternError('address_too_long', { params: { most } });
}
