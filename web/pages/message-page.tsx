// A page with one message: errors, ends of a login request, and what to do next.

import type { VNode } from 'preact';
import { Document } from '../layout/document.tsx';
import { CheckSign, CrossSign } from '../layout/icons.tsx';
import type { PageFrame } from '../layout/page-frame.ts';

export interface MessageProps {
  readonly frame: PageFrame;
  readonly tone: 'good' | 'stopped' | 'plain';
  readonly title: string;
  readonly text: string;
  /** A reference with which an operator finds the error in the log. */
  readonly reference: string | null;
  readonly link: { readonly label: string; readonly href: string } | null;
}

export function MessagePage({ frame, tone, title, text, reference, link }: MessageProps): VNode {
  return (
    <Document frame={frame} title={title} width="narrow">
      <div class={`card status ${tone}`}>
        {tone === 'good' && (
          <Sign>
            <CheckSign />
          </Sign>
        )}
        {tone === 'stopped' && (
          <Sign>
            <CrossSign />
          </Sign>
        )}
        <h1>{title}</h1>
        <p class="lead">{text}</p>
        {reference !== null && (
          <p class="quiet">
            Reference <code>{reference}</code>
          </p>
        )}
        {link !== null && (
          <a class="button plain" href={link.href}>
            {link.label}
          </a>
        )}
      </div>
    </Document>
  );
}

function Sign({ children }: { readonly children: VNode }): VNode {
  return <span class="status-sign">{children}</span>;
}
