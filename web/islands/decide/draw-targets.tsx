// Renders the results of a search in place of the list; loaded with the first search of a list too
// long for the page.

import { render } from 'preact';
import { type PickerAccount, PickerGroups } from '../../components/approval/picker-rows.tsx';
import type { PickerCounts } from '../../components/picker-count.ts';

interface FoundTargets extends PickerCounts {
  readonly accounts: readonly PickerAccount[];
}

const drawn = new WeakSet<HTMLElement>();

export function drawTargets(list: HTMLElement, { accounts }: FoundTargets): void {
  const picked = list.querySelector<HTMLInputElement>('input[name="compute_id"]:checked')?.value ?? null;
  // Replaces the server's rendering once; from then on this script owns the list.
  if (!drawn.has(list)) list.replaceChildren();
  drawn.add(list);
  render(<PickerGroups accounts={accounts} pickedComputeId={picked} />, list);
}
