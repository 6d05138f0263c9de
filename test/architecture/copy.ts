// The texts that people read, taken from the sources: words between tags and texts of markup, and
// sentences that the server, the gateway and the command line make.

import ts from 'typescript';
import { type SourceFile, sourceFiles } from './source-files.ts';

export interface Copy {
  readonly place: string;
  readonly text: string;
}

/** Where texts for people are made; the rest of `src` makes them for programs and logs. */
const ROOMS = /^(?:web\/(?:components|pages|layout|islands)|src\/(?:http|mail|cli|error-table|gateway\/client))\//;

/** Attributes that are read aloud or shown. */
const SPOKEN = new Set([
  'title',
  'label',
  'placeholder',
  'aria-label',
  'alt',
  'lead',
  'empty',
  'caption',
  'summary',
  'help',
]);

export function copies(): Copy[] {
  return sourceFiles()
    .filter(({ path }) => ROOMS.test(path))
    .flatMap(copiesOf);
}

function copiesOf(file: SourceFile): Copy[] {
  const kind = file.path.endsWith('.tsx') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true, kind);
  const found: Copy[] = [];
  const add = (node: ts.Node, raw: string) => {
    const text = raw.replace(/\s+/g, ' ').trim();
    const line = tree.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    if (text !== '') found.push({ place: `${file.path}:${line}`, text });
  };
  const walk = (node: ts.Node): void => {
    if (ts.isJsxText(node)) add(node, node.text);
    else if (ts.isStringLiteral(node) && isCopy(node)) add(node, node.text);
    else if (ts.isNoSubstitutionTemplateLiteral(node) && isSentence(node.text)) add(node, node.text);
    else if (ts.isTemplateExpression(node)) {
      const whole = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('X');
      if (isSentence(whole)) add(node, whole);
    }
    ts.forEachChild(node, walk);
  };
  walk(tree);
  return found;
}

function isCopy(node: ts.StringLiteral): boolean {
  const { parent } = node;
  if (ts.isImportDeclaration(parent) || ts.isLiteralTypeNode(parent)) return false;
  if (ts.isJsxAttribute(parent)) return SPOKEN.has(parent.name.getText());
  return isSentence(node.text);
}

/** A capital, a space between words, and no code; or one word that stands over a column. */
function isSentence(text: string): boolean {
  return (
    /^[A-Z][a-z]+-?[a-z]+$/.test(text) ||
    (/^[A-Z’“"X][^{}<>;]*[a-z,] [a-zA-Z]/.test(text.trim()) && !/^(?:SELECT|X-)/.test(text))
  );
}
