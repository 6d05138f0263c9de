// Icons, all in the current colour and hidden from screen readers, since the words beside them say
// the same.

import type { VNode } from 'preact';

/** An arched gate, half open. */
export function GateMark(): VNode {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" fill="none" stroke="currentColor" stroke-linecap="round">
      <path d="M8 27V14a8 8 0 0 1 16 0v13" stroke-width="2.6" />
      <path d="M12.6 27V14.6A3.4 3.4 0 0 1 16 11.2V27z" fill="currentColor" stroke="none" />
      <path d="M4.5 27h23" stroke-width="2.6" />
    </svg>
  );
}

export function CheckSign(): VNode {
  return <Sign path="m5 12.5 4.5 4.5L19 7.5" />;
}

export function CrossSign(): VNode {
  return <Sign path="m7 7 10 10M17 7 7 17" />;
}

export function CautionSign(): VNode {
  return <Sign path="M12 4 3.5 19h17zM12 10v4.5M12 17v.1" />;
}

export function TurningSign(): VNode {
  return <Sign path="M12 3a9 9 0 1 1-8.5 6" />;
}

function Sign({ path }: { readonly path: string }): VNode {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor">
      <path d={path} stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
