// What the head of every page links: palette, icons, manifest; and what it waits for.

import type { VNode } from 'preact';
import type { PageFrame } from './page-frame.ts';
import { COLOR_SCHEME, DARK_MEDIA, GROUNDS, type Theme } from './theme.ts';

/** Paints the page once all of it is parsed, since half a page moves when the rest arrives. */
export function WholeFirst(): VNode {
  const attributes = { rel: 'expect', href: `#${END}`, blocking: 'render' };
  return <link {...attributes} />;
}

/** Stands last: an element counts as parsed as soon as it begins. */
export function EndOfPage(): VNode {
  return <span id={END} hidden />;
}

const END = 'end-of-page';

/** After main.css, whose colours it replaces. */
export function DarkPalette({ frame }: { readonly frame: PageFrame }): VNode {
  return <link rel="stylesheet" href={frame.assets['dark.css']} media={DARK_MEDIA[frame.theme]} data-dark />;
}

export function SchemeOf({ theme }: { readonly theme: Theme }): VNode {
  return (
    <>
      <meta name="color-scheme" content={COLOR_SCHEME[theme]} />
      {theme === 'system' ? (
        <>
          <meta name="theme-color" content={GROUNDS.light} media="(prefers-color-scheme: light)" />
          <meta name="theme-color" content={GROUNDS.dark} media="(prefers-color-scheme: dark)" />
        </>
      ) : (
        <meta name="theme-color" content={GROUNDS[theme]} />
      )}
    </>
  );
}

export function Icons({ frame: { assets } }: { readonly frame: PageFrame }): VNode {
  return (
    <>
      <link rel="icon" href={assets['icon.ico']} sizes="32x32" />
      <link rel="icon" href={assets['icon.svg']} type="image/svg+xml" />
      <link rel="apple-touch-icon" href={assets['touch-icon.png']} />
      <link rel="manifest" href="/manifest.webmanifest" />
    </>
  );
}
