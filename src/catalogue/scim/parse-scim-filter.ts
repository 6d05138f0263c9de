// Reads filters (RFC 7644, 3.4.2.2), of queries and within the paths of patches. The library
// recurses, so length and depth are bounded before it sees a text.

import { type Filter, parse } from 'scim2-parse-filter';
import { PosternError } from '../../errors.ts';

const MAX_FILTER_CHARACTERS = 2_000;
/** Of brackets, parentheses and `not` together. */
const MAX_DEPTH = 20;
const MAX_COMPARISONS = 50;

export type ScimFilter = Filter;

/** Throws `invalid_filter`. */
export function parseScimFilter(text: string): ScimFilter {
  if (text.length > MAX_FILTER_CHARACTERS) throw refusal(`it has more than ${MAX_FILTER_CHARACTERS} characters`);
  const outside = text.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  if ((outside.match(/[([]|\bnot\b/gi)?.length ?? 0) > MAX_DEPTH) throw refusal('it is nested too deeply');
  if ((outside.match(/\b(?:and|or)\b/gi)?.length ?? 0) >= MAX_COMPARISONS) throw refusal('it has too many comparisons');
  try {
    return parse(text);
  } catch (cause) {
    throw new PosternError('scim_filter', { params: { problem: 'it cannot be read' }, cause });
  }
}

export function refusal(problem: string): PosternError {
  return new PosternError('scim_filter', { params: { problem } });
}
