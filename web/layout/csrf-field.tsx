// The hidden field with the CSRF token.

import type { VNode } from 'preact';
import type { PageFrame } from './page-frame.ts';

export function CsrfField({ frame }: { readonly frame: Pick<PageFrame, 'csrfToken'> }): VNode {
  return <input type="hidden" name="csrf_token" value={frame.csrfToken} />;
}
