// The tokens of Markdown that a document of ours may contain, their plain text, and the anchors of
// headings.

import type { MarkedToken, Token, Tokens } from 'marked';

export type ShownToken = Exclude<
  MarkedToken,
  Tokens.HTML | Tokens.Tag | Tokens.Image | Tokens.Checkbox | Tokens.Def | Tokens.ListItem
>;

const SHOWN: ReadonlySet<string> = new Set<ShownToken['type']>([
  ...(['blockquote', 'br', 'code', 'codespan', 'del', 'em', 'escape', 'heading'] as const),
  ...(['hr', 'link', 'list', 'paragraph', 'space', 'strong', 'table', 'text'] as const),
]);

/** Throws for what a document may not contain, such as HTML and images. */
export function shown(token: Token): ShownToken {
  if (isShown(token)) return token;
  throw new Error(`documents may not contain: ${token.raw}`);
}

function isShown(token: Token): token is ShownToken {
  return SHOWN.has(token.type);
}

/** What remains when no markup is shown. */
export function plainText(token: ShownToken): string {
  switch (token.type) {
    case 'table':
      return [token.header, ...token.rows].flat().map(plainTextOfAll).join(' ');
    case 'list':
      return token.items.map(plainTextOfAll).join(' ');
    case 'code':
    case 'codespan':
    case 'escape':
      return token.text;
    case 'text':
      return token.tokens === undefined ? token.text : plainTextOfAll(token);
    case 'br':
    case 'hr':
    case 'space':
      return ' ';
    default:
      return plainTextOfAll(token);
  }
}

function plainTextOfAll({ tokens = [] }: { readonly tokens?: readonly Token[] }): string {
  return tokens.map((token) => plainText(shown(token))).join('');
}

/** As GitHub makes it, so that the same links work there. */
export function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replace(/\s/g, '-');
}
