// Which of our compressions a browser reads: Brotli, which is smaller, before gzip, whatever order
// the browser names them in.

import type { Request } from 'express';

export type Encoding = 'br' | 'gzip';

export function acceptedEncoding(request: Request): Encoding | null {
  if (request.acceptsEncodings('br') === 'br') return 'br';
  return request.acceptsEncodings('gzip') === 'gzip' ? 'gzip' : null;
}
