// Draws what a search found in place of the list; loaded with the first search of a list too long for the page.

import { render } from 'preact';
import type { PickerCounts } from '../../components/picker-count.ts';
import { type PickerAccount, PickerGroups } from '../../components/target-picker.tsx';

interface FoundTargets extends PickerCounts {
  readonly accounts: readonly PickerAccount[];
}

const drawn = new WeakSet<HTMLElement>();

export function drawTargets(list: HTMLElement, { accounts }: FoundTargets): void {
  const picked = list.querySelector<HTMLInputElement>('input[name="compute_id"]:checked')?.value ?? null;
  // What the server drew is replaced once; from then on the list is this script's.
  if (!drawn.has(list)) list.replaceChildren();
  drawn.add(list);
  render(<PickerGroups accounts={accounts} pickedComputeId={picked} />, list);
}
