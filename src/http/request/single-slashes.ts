// Reads doubled slashes in a path as one.

import type { RequestHandler } from 'express';

/** A base address that ends in a slash makes clients ask for `/api/v2//projects`. */
export const singleSlashes: RequestHandler = (request, _response, next) => {
  const [path = '', ...query] = request.url.split('?');
  request.url = [path.replaceAll(/\/{2,}/g, '/'), ...query].join('?');
  next();
};
