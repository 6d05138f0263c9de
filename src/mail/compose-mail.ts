// Makes both parts of a mail, text and HTML, from one description. The HTML loads nothing and sets
// no colours but the button's, so that mail readers may show it light or dark.

import type { Mail } from './mailer.ts';

/** RFC 5322, section 2.1.1: no line should be longer. */
export const MAX_SUBJECT_CHARACTERS = 78;

export interface MailDescription {
  readonly to: string;
  readonly brand: string;
  readonly subject: string;
  /** Above the button. Lines of one paragraph are parted by LF. */
  readonly paragraphs: readonly string[];
  readonly button?: { readonly label: string; readonly link: string };
  readonly belowButton?: readonly string[];
  /** Why it came, in a sentence or two. */
  readonly why: string;
}

export function composeMail(description: MailDescription): Mail {
  const { to, subject } = description;
  return { to, subject, text: textOf(description), html: htmlOf(description).markup };
}

function textOf(description: MailDescription): string {
  const { paragraphs, button, belowButton = [] } = description;
  const way = button === undefined ? [] : [`${button.label}:\n${button.link}`];
  // RFC 3676, section 4.3: the line that mail readers know a foot by.
  return [...paragraphs, ...way, ...belowButton, `-- \n${footOf(description)}\n`].join('\n\n');
}

function footOf({ brand, why }: MailDescription): string {
  return `${brand} connects people to their databases from any terminal, no passwords needed.\n${why}`;
}

const PAGE = 'margin:0;padding:24px;color-scheme:light dark;font:16px/1.5 system-ui,sans-serif';
const BUTTON =
  'display:inline-block;padding:10px 18px;border-radius:6px;background:#0f6b62;color:#fff;font-weight:600;text-decoration:none';
const LINK = 'font-size:14px;overflow-wrap:anywhere';
const FOOT = 'margin-top:32px;font-size:14px;opacity:.75';

function htmlOf(description: MailDescription): Html {
  const { subject, paragraphs, button, belowButton = [] } = description;
  const way =
    button === undefined
      ? []
      : [
          html`<p><a href="${button.link}" style="${BUTTON}">${button.label}</a></p>\n`,
          html`<p style="${LINK}">${button.link}</p>\n`,
        ];
  const content = [...paragraphs.map(paragraph), ...way, ...belowButton.map(paragraph)];
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${subject}</title></head>
<body style="${PAGE}"><div style="max-width:560px;margin:0 auto">
${content}<div style="${FOOT}">${paragraph(footOf(description))}</div>
</div></body></html>
`;
}

function paragraph(text: string): Html {
  const lines = text.split('\n').map((line, index) => (index === 0 ? html`${line}` : html`<br>${line}`));
  return html`<p>${lines}</p>\n`;
}

/** What `html` made: any other text is escaped when it is put into markup. */
class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

function html(literals: TemplateStringsArray, ...values: ReadonlyArray<string | Html | readonly Html[]>): Html {
  const markup = values.map((value, index) => `${markupOf(value)}${literals[index + 1] ?? ''}`);
  return new Html(`${literals[0] ?? ''}${markup.join('')}`);
}

function markupOf(value: string | Html | readonly Html[]): string {
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  return value instanceof Html ? value.markup : value.map(({ markup }) => markup).join('');
}
