// A framed remark: `problem` for what went wrong, `caution` for what to think about first.

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
