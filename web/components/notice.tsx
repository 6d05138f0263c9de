// A framed notice: `problem` for something that went wrong, `caution` for a warning.

import type { ComponentChildren, VNode } from 'preact';

interface NoticeProps {
  readonly tone: 'problem' | 'caution' | 'plain';
  readonly title: string;
  readonly children?: ComponentChildren;
}

export function Notice({ tone, title, children }: NoticeProps): VNode {
  return (
    <div class={`notice ${tone}`} role={tone === 'problem' ? 'alert' : undefined}>
      <strong>{title}</strong>
      {children}
    </div>
  );
}
