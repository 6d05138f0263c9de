// The HTML around every page: head, bar, main column. No inline script or style, which the content
// security policy forbids.

import type { ComponentChildren, VNode } from 'preact';
import { CsrfField } from './csrf-field.tsx';
import { DarkPalette, EndOfPage, Icons, SchemeOf, WholeFirst } from './head-links.tsx';
import { HelpLink } from './help-link.tsx';
import { GateMark } from './icons.tsx';
import type { PageFrame } from './page-frame.ts';

interface DocumentProps {
  readonly frame: PageFrame;
  readonly title: string;
  readonly width?: 'narrow' | 'ask' | 'wide';
  /** Scripts of the page, by name; the page works without them. */
  readonly islands?: readonly string[];
  /** Additional style sheets, by name. */
  readonly styles?: readonly string[];
  /** Replaces the plain bar at the top. */
  readonly bar?: VNode;
  /** Seconds between reloads without script; only for pages that wait for something. */
  readonly refreshSeconds?: number;
  readonly children: ComponentChildren;
}

/** Nothing that they arm can be pressed before. */
const ARMING: ReadonlySet<string> = new Set(['decide', 'console']);

export function Document({
  frame,
  title,
  width = 'wide',
  islands = [],
  styles = [],
  bar = <Bar frame={frame} />,
  refreshSeconds,
  children,
}: DocumentProps): VNode {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>{`${title} · ${frame.brand}`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <SchemeOf theme={frame.theme} />
        <meta name="robots" content="noindex, nofollow" />
        <WholeFirst />
        <Icons frame={frame} />
        {['main', ...styles].map((name) => (
          <link rel="stylesheet" href={frame.assets[`${name}.css`]} />
        ))}
        <DarkPalette frame={frame} />
        {islands.map((name) => (
          <script type="module" src={frame.assets[`${name}.js`]} {...(ARMING.has(name) && { blocking: 'render' })} />
        ))}
        {refreshSeconds !== undefined && (
          <noscript>
            <meta http-equiv="refresh" content={String(refreshSeconds)} />
          </noscript>
        )}
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to content
        </a>
        {bar}
        <main id="main" class={width} tabindex={-1}>
          {children}
        </main>
        <EndOfPage />
      </body>
    </html>
  );
}

function Bar({ frame }: { readonly frame: PageFrame }): VNode {
  return (
    <header class="bar">
      <a class="bar-brand" href="/">
        <GateMark />
        {frame.brand}
      </a>
      {frame.person !== null && (
        <form class="bar-person" method="post" action="/sign-out">
          <CsrfField frame={frame} />
          <bdi title={frame.person.name}>{frame.person.email}</bdi>
          <button class="link-button" type="submit">
            Sign out
          </button>
        </form>
      )}
      <HelpLink frame={frame} />
    </header>
  );
}
