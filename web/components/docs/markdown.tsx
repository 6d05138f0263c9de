// Renders the tokens of a Markdown document as elements. HTML in a document is refused, never
// passed on.

import type { Token, Tokens } from 'marked';
import type { VNode } from 'preact';
import { CodeBlock } from './code-block.tsx';
import { anchorOf, plainText, type ShownToken, shown } from './document-tokens.ts';

interface MarkdownProps {
  readonly tokens: readonly Token[];
}

/** Links have been rewritten for this site; one without an address becomes its text. */
export function Markdown({ tokens }: MarkdownProps): VNode {
  return (
    <>
      {tokens.map((token) => (
        <Element token={shown(token)} />
      ))}
    </>
  );
}

function Element({ token }: { readonly token: ShownToken }): VNode | null {
  switch (token.type) {
    case 'heading':
      return <Heading token={token} />;
    case 'paragraph':
      return <p>{inside(token)}</p>;
    case 'text':
      return token.tokens === undefined ? <>{token.text}</> : inside(token);
    case 'escape':
      return <>{token.text}</>;
    case 'code':
      return <CodeBlock text={token.text} />;
    case 'codespan':
      return <code>{token.text}</code>;
    case 'link':
      return token.href === '' ? inside(token) : <a href={token.href}>{inside(token)}</a>;
    case 'list':
      return <List token={token} />;
    case 'table':
      return <Table token={token} />;
    case 'br':
      return <br />;
    case 'hr':
      return <hr />;
    case 'space':
      return null;
    default:
      return <Phrase token={token} />;
  }
}

function Phrase({ token }: { readonly token: Tokens.Strong | Tokens.Em | Tokens.Del | Tokens.Blockquote }): VNode {
  if (token.type === 'strong') return <strong>{inside(token)}</strong>;
  if (token.type === 'em') return <em>{inside(token)}</em>;
  if (token.type === 'del') return <del>{inside(token)}</del>;
  return <blockquote>{inside(token)}</blockquote>;
}

function Heading({ token }: { readonly token: Tokens.Heading }): VNode {
  const Level = HEADINGS[token.depth - 1] ?? 'h4';
  return <Level id={anchorOf(plainText(token))}>{inside(token)}</Level>;
}

const HEADINGS = ['h1', 'h2', 'h3', 'h4'] as const;

function List({ token: { ordered, start, items } }: { readonly token: Tokens.List }): VNode {
  const children = items.map((item) => <li>{inside(item)}</li>);
  return ordered ? <ol start={start === '' ? 1 : start}>{children}</ol> : <ul>{children}</ul>;
}

function Table({ token: { header, rows } }: { readonly token: Tokens.Table }): VNode {
  return (
    <div class="docs-table" tabindex={0}>
      <table>
        <thead>
          <tr>{header.map((cell) => (cell.text === '' ? <td /> : <th scope="col">{inside(cell)}</th>))}</tr>
        </thead>
        <tbody>
          {rows.map((cells) => (
            <tr>
              {cells.map((cell) => (
                <td>{inside(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function inside({ tokens = [] }: { readonly tokens?: readonly Token[] }): VNode {
  return <Markdown tokens={tokens} />;
}
