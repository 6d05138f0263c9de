// The console's icons, all in the current colour and hidden from screen readers.

import type { VNode } from 'preact';

export function ChevronsSign(): VNode {
  return <Sign path="m8 9.5 4-4 4 4M8 14.5l4 4 4-4" />;
}

export function CheckMark(): VNode {
  return <Sign path="m5 12.5 4.5 4.5L19 7.5" />;
}

export function PlusSign(): VNode {
  return <Sign path="M12 5.5v13M5.5 12h13" />;
}

export function SearchSign(): VNode {
  return <Sign path="M10.5 17a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13Zm4.7-1.8L20 20" />;
}

export function BellSign(): VNode {
  return <Sign path="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15ZM10 20.5h4" />;
}

export function DotsSign(): VNode {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" fill="currentColor">
      <circle cx="12" cy="5.5" r="1.7" />
      <circle cx="12" cy="12" r="1.7" />
      <circle cx="12" cy="18.5" r="1.7" />
    </svg>
  );
}

function Sign({ path }: { readonly path: string }): VNode {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor">
      <path d={path} stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
