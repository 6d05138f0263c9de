// The status of a request for an organization.

import type { VNode } from 'preact';

const LOOKS = { requested: 'pill caution', approved: 'pill accent', declined: 'pill' } as const;
const WORDS = { requested: 'Waiting', approved: 'Approved', declined: 'Declined' } as const;

export function RequestPill({ status }: { readonly status: keyof typeof LOOKS }): VNode {
  return <span class={LOOKS[status]}>{WORDS[status]}</span>;
}
