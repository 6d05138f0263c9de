// The security headers of all answers: no framing, referrer, third-party content, inline script.

import type { RequestHandler } from 'express';
import helmet from 'helmet';

const HSTS_SECONDS = 31_536_000;

const DIRECTIVES: Readonly<Record<string, readonly string[]>> = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'"],
  'connect-src': ["'self'"],
  'manifest-src': ["'self'"],
  'form-action': ["'self'"],
  'base-uri': ["'none'"],
  'frame-ancestors': ["'none'"],
  'require-trusted-types-for': ["'script'"],
  'trusted-types': ["'none'"],
};

/** HSTS only for https: on plain localhost it would lock the browser out. */
export function securityHeaders({ isHttps }: { readonly isHttps: boolean }): RequestHandler {
  const policy = Object.entries(DIRECTIVES)
    .map(([name, values]) => `${name} ${values.join(' ')}`)
    .join('; ');
  const rest = helmet({
    contentSecurityPolicy: false,
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    hsts: isHttps ? { maxAge: HSTS_SECONDS, includeSubDomains: false } : false,
  });
  return (request, response, next) => {
    response.setHeader('Content-Security-Policy', policy);
    response.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
    rest(request, response, next);
  };
}
