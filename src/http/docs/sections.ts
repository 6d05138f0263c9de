// The sections of a document, as plain text for searching and for the list beside the page.

import { anchorOf, plainText, type ShownToken } from '../../../web/components/docs/document-tokens.ts';

export interface Section {
  readonly title: string;
  readonly anchor: string;
  /** Of its heading; 1 is the document's own. */
  readonly depth: number;
  /** Its first paragraph. */
  readonly lead: string;
  readonly text: string;
}

/** From each heading to the next one. */
export function sectionsOf(tokens: readonly ShownToken[]): Section[] {
  const sections: Array<{ readonly heading: ShownToken & { type: 'heading' }; readonly body: ShownToken[] }> = [];
  for (const token of tokens) {
    if (token.type === 'heading') sections.push({ heading: token, body: [] });
    else sections.at(-1)?.body.push(token);
  }
  return sections.map(({ heading, body }) => {
    const title = plainText(heading);
    const lead = body.find(({ type }) => type === 'paragraph');
    return {
      title,
      anchor: anchorOf(title),
      depth: heading.depth,
      lead: lead === undefined ? '' : onOneLine(plainText(lead)),
      text: onOneLine(body.map(plainText).join(' ')),
    };
  });
}

function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
