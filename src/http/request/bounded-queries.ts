// The query of an address, bounded before anything parses it: forms have their own bounds, and some
// parsers take time with the square of the parameters (koa's, in the OAuth provider: 25,000 of them
// took 45 s of all connections' time).

import type { RequestHandler } from 'express';
import { PosternError } from '../../errors.ts';

/** A hundred projects of a consumption query take 5,000, an identity provider's code 2,000. */
const MOST_CHARACTERS = 8_192;
const MOST_PARAMETERS = 200;

export const boundQueries: RequestHandler = (request, _response, next) => {
  const at = request.url.indexOf('?');
  if (at < 0) return next();
  const query = request.url.slice(at + 1);
  if (query.length <= MOST_CHARACTERS && query.split('&').length <= MOST_PARAMETERS) return next();
  // The answer repeats and parses none of it, either.
  request.url = request.url.slice(0, at);
  request.originalUrl = request.url;
  next(tooLong(`${MOST_CHARACTERS} characters and ${MOST_PARAMETERS} parameters`));
};

export function tooLong(most: string): PosternError {
  return new PosternError('address_too_long', { params: { most } });
}
