// The order of the chapters: for people, for programs, for operators, and how it works inside.

import type { ChapterGroup, ChapterLink } from '../../../web/components/docs/docs-view.ts';
import { API_REFERENCE_PATH, type Chapter, DOCS_PATH } from './chapters.ts';

const REFERENCE: ChapterLink = {
  title: 'API reference',
  href: API_REFERENCE_PATH,
  lead: 'Every route of the management API, with its fields and a curl command.',
};

interface Group {
  readonly title: string;
  readonly files: readonly string[];
  readonly also?: ChapterLink;
}

const GROUPS: readonly Group[] = [
  { title: 'Using Postern', files: ['connect.md', 'console.md', 'clients.md', 'errors.md'] },
  { title: 'Programs', files: ['api.md'], also: REFERENCE },
  { title: 'Running Postern', files: ['operate.md', 'configuration.md', 'security.md'] },
  {
    title: 'Inside',
    files: ['architecture.md', 'protocol.md', 'benchmarks.md', 'glossary.md', 'decisions/README.md'],
  },
];

const DECISIONS = `${DOCS_PATH}/decisions`;

export function groupsOf(chapters: readonly Chapter[]): ChapterGroup[] {
  return GROUPS.map(({ title, files, also }) => {
    const links = files.flatMap((file) => chapters.filter((chapter) => chapter.file === file).map(linkOf));
    return { title, chapters: also === undefined ? links : [...links, also] };
  });
}

/** The list of chapters names the decisions as one. */
export function belowDecisions({ href }: Chapter, chapters: readonly Chapter[]): ChapterLink[] {
  if (href !== DECISIONS) return [];
  return chapters.filter((chapter) => chapter.href.startsWith(`${DECISIONS}/`)).map(linkOf);
}

function linkOf({ title, href, lead }: Chapter): ChapterLink {
  return { title, href, lead };
}
