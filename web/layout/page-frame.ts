// What all pages know about their surroundings, as plain values.

import type { Theme } from './theme.ts';

export interface PageFrame {
  readonly brand: string;
  /** Paths of the built assets by source name: `main.css`, `icon.svg`, `follow-connection.js`. */
  readonly assets: Readonly<Record<string, string>>;
  /** The chapter of the documentation that explains this page. */
  readonly helpHref: string;
  /** The page's path and query, without what is said once. */
  readonly path: string;
  readonly theme: Theme;
  readonly person: { readonly name: string; readonly email: string } | null;
  /** Included in each form of the page. */
  readonly csrfToken: string;
}
