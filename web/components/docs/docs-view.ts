// What the pages of the documentation share, as plain values.

import type { PageFrame } from '../../layout/page-frame.ts';

export interface ChapterLink {
  readonly title: string;
  readonly href: string;
  /** Its first paragraph, for the index. */
  readonly lead: string;
}

export interface ChapterGroup {
  readonly title: string;
  readonly chapters: readonly ChapterLink[];
}

export interface DocsProps {
  readonly frame: PageFrame;
  readonly groups: readonly ChapterGroup[];
  /** The path of this page, to mark it in the list of chapters. */
  readonly path: string;
}

/** A section of the chapter that is open. */
export interface SectionLink {
  readonly title: string;
  readonly anchor: string;
}
