// The budgets of CONTRIBUTING.md, "Conventions": files, functions, parameters, comments, titles.

import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { commentLines, type SourceFile, sourceFiles } from './source-files.ts';

const FILE_LINES = 200;
/** One subject, many cases. */
const TEST_FILE_LINES = 450;
const FUNCTION_LINES = 40;
/** A story is told in order; so are tests and their scenes, and markup. */
const STORY_LINES = 80;
const PARAMETERS = 3;
const COMMENT_COLUMNS = 100;
const TITLE_CHARACTERS = 80;

/** One class each, or the whole scene of many tests; at most 340 lines. */
const LARGE_FILES = new Set([
  'src/fleet/local-connections.ts',
  'src/fleet/node-heartbeat.ts',
  'test/gateway/gateway-for-tests.ts',
  'test/support/browser/web-for-tests.ts',
]);
const LARGE_FILE_LINES = 340;

/** Functions that tell a story in order: they build something part by part, or list commands. */
const STORIES = new Set<string>([
  'src/cli/project-commands.ts addProjectCommands',
  'src/config/config.ts loadConfig',
  'src/fleet/fleet.ts createFleet',
  'src/login/decide/approve-login-request.ts approveLoginRequest',
  'src/metrics/connection-metrics.ts connectionMetrics',
  'src/metrics/service-metrics.ts troubleMetrics',
  'src/provisioning/hosts/host-session.ts hostSession',
]);

/** The one function that builds a whole node, and its counterpart in tests. */
const BUILDERS = new Map([
  ['src/postern.ts build', 110],
  ['test/gateway/gateway-for-tests.ts startGateway', 100],
]);

/** Express decides the parameters of the first; the last of the second is rarely given. */
const MORE_PARAMETERS = new Set([
  'src/http/api/call/api-errors.ts apiErrors',
  'src/http/scim/scim-errors.ts scimErrors',
  'test/gateway/gateway-for-tests.ts approveLink',
]);

const files = sourceFiles();
const trees = new Map(files.map((file) => [file, parse(file)]));

describe('budgets', () => {
  it('are checked on every file', () => {
    expect(files.length).toBeGreaterThan(900);
  });

  it(`files have at most ${FILE_LINES} lines, test files ${TEST_FILE_LINES}`, () => {
    const large = files.filter((file) => file.lines.length > linesOfFile(file));
    expect(large.map(({ path, lines }) => `${path}:${lines.length}`)).toEqual([]);
  });

  it(`functions have at most ${FUNCTION_LINES} lines, stories and markup ${STORY_LINES}`, () => {
    const large = functions().filter(({ node, place, file }) => linesOf(node) > limitOfFunction(file, place));
    expect(large.map(({ node, place }) => `${place} has ${linesOf(node)} lines`)).toEqual([]);
  });

  it(`functions have at most ${PARAMETERS} parameters, none of them boolean`, () => {
    const wrong = functions().filter(
      ({ node, place }) =>
        isNamed(node) &&
        !MORE_PARAMETERS.has(nameOf(place)) &&
        (node.parameters.length > PARAMETERS || node.parameters.some(isBoolean)),
    );
    expect(wrong.map(({ place }) => place)).toEqual([]);
  });

  it(`comments have at most ${COMMENT_COLUMNS} columns`, () => {
    const wide = files.flatMap((file) =>
      commentLines(file)
        .filter(({ line }) => [...line].length > COMMENT_COLUMNS && !/https?:|biome-ignore/.test(line))
        .map(({ number }) => `${file.path}:${number}`),
    );
    expect(wide).toEqual([]);
  });

  it(`titles of tests have at most ${TITLE_CHARACTERS} characters`, () => {
    expect(files.flatMap(longTitles)).toEqual([]);
  });
});

function linesOfFile({ path }: SourceFile): number {
  if (LARGE_FILES.has(path)) return LARGE_FILE_LINES;
  return /\.test\.tsx?$/.test(path) ? TEST_FILE_LINES : FILE_LINES;
}

interface PlacedFunction {
  readonly file: SourceFile;
  readonly node: ts.SignatureDeclaration;
  /** `src/a.ts:12 name` */
  readonly place: string;
}

function parse({ path, text }: SourceFile): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

/** All functions with a body, but for the callbacks of describe and of tables of tests. */
function functions(): PlacedFunction[] {
  return files.flatMap((file) => {
    const found: PlacedFunction[] = [];
    walk(treeOf(file), (node) => {
      if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return;
      if (!isSuite(node.parent)) found.push({ file, node, place: `${placeOf(file, node)} ${functionName(node)}` });
    });
    return found;
  });
}

function isSuite(node: ts.Node): boolean {
  return ts.isCallExpression(node) && /^(describe|it\.each|it\.concurrent\.each)\b/.test(node.expression.getText());
}

/** What a callback takes is for its caller to say. */
function isNamed(node: ts.SignatureDeclaration): boolean {
  return node.name !== undefined || ts.isVariableDeclaration(node.parent);
}

function functionName(node: ts.SignatureDeclaration): string {
  if (node.name !== undefined) return node.name.getText();
  return ts.isVariableDeclaration(node.parent) ? node.parent.name.getText() : '(anonymous)';
}

/** `src/a.ts:12 name` → `src/a.ts name` */
function nameOf(place: string): string {
  return place.replace(/:\d+/, '');
}

function limitOfFunction({ path }: SourceFile, place: string): number {
  if (path.includes('/migrations/')) return Number.POSITIVE_INFINITY;
  const isStory = path.startsWith('test/') || path.endsWith('.tsx') || STORIES.has(nameOf(place));
  return BUILDERS.get(nameOf(place)) ?? (isStory ? STORY_LINES : FUNCTION_LINES);
}

function linesOf(node: ts.Node): number {
  return node.getText().split('\n').length;
}

function isBoolean({ type }: ts.ParameterDeclaration): boolean {
  return type?.kind === ts.SyntaxKind.BooleanKeyword;
}

function longTitles(file: SourceFile): string[] {
  const found: string[] = [];
  walk(treeOf(file), (node) => {
    if (!ts.isCallExpression(node) || !/^(describe|it)\b/.test(node.expression.getText())) return;
    const [title] = node.arguments;
    if (title === undefined || !ts.isStringLiteralLike(title) || title.text.length <= TITLE_CHARACTERS) return;
    found.push(`${placeOf(file, node)} ${title.text.length} characters`);
  });
  return found;
}

function walk(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  node.forEachChild((child) => walk(child, look));
}

function treeOf(file: SourceFile): ts.SourceFile {
  const tree = trees.get(file);
  if (tree === undefined) throw new Error(`${file.path} was not parsed`);
  return tree;
}

function placeOf({ path }: SourceFile, node: ts.Node): string {
  return `${path}:${node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}
