// One of the groups of a policy's form, with an anchor of its own.

import type { ComponentChildren, VNode } from 'preact';

/** What a page may lead to. */
export const POLICY_PARTS = [
  { id: 'who-gets-in', label: 'Who gets in' },
  { id: 'how-long', label: 'How long' },
  { id: 'from-where', label: 'From where, and how many' },
] as const;
type PolicyPart = (typeof POLICY_PARTS)[number]['id'];

export function PolicyGroup({
  id,
  children,
}: {
  readonly id: PolicyPart;
  readonly children: ComponentChildren;
}): VNode {
  const title = POLICY_PARTS.find((part) => part.id === id)?.label;
  return (
    <fieldset class="policy-group" id={id}>
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}
