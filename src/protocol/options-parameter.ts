// The startup parameter `options`: our own keys are taken out, the rest goes on as it was written.

// C's isspace(), which PostgreSQL splits by, knows no other spaces.
const SPACE = /[ \t\n\v\f\r]/;
/** Some drivers hand a connection URL's `%3D` over undecoded; `-c` wants a name with a dot. */
const OWN_KEY = /^(?:postern\.)?(project|endpoint|door|agent|reason)(?:=|%3[Dd])(.*)$/s;
const OWN_KEYS = ['project', 'endpoint', 'door', 'agent', 'reason'] as const;
// The letters of PostgreSQL's own getopt() call that take an argument; `-` is the letter of
// `--name=value`.
const LETTERS_WITH_ARGUMENT = 'BcCDdfhkNprStvW-';

type OwnKey = (typeof OWN_KEYS)[number];

export interface OptionsParameter {
  /** Of the last `project=`, not yet cleaned. */
  readonly project: string | null;
  readonly endpoint: string | null;
  /** Which way in the client wants: `oauth`. */
  readonly door: string | null;
  /** For whom a program acts that says it is an agent, and why it wants to write; not cleaned. */
  readonly agent: string | null;
  readonly reason: string | null;
  /** Set by `-c` or `--`; in lower case with `_`, as PostgreSQL looks them up. */
  readonly settingNames: readonly string[];
  /** The rest, spelled as it came (escapes too) and in its order; `''` when nothing is left. */
  readonly forwarded: string;
}

interface Word {
  readonly spelling: string;
  readonly value: string;
}

/** Asked for several times of each login; most clients send none. */
const NO_OPTIONS: OptionsParameter = {
  ...{ project: null, endpoint: null, door: null, agent: null, reason: null },
  settingNames: [],
  forwarded: '',
};

/** Never throws: the rest is the upstream's to judge. Source: PostgreSQL, pg_split_opts(). */
export function parseOptionsParameter(options: string): OptionsParameter {
  if (options === '') return NO_OPTIONS;
  const own: Record<OwnKey, string | null> = { project: null, endpoint: null, door: null, agent: null, reason: null };
  const forwarded: Word[] = [];
  const words = splitOptions(options);
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    if (word === undefined) break;
    const argument = word.value === '-c' ? words[index + 1] : undefined;
    const found = findOwnKey(argument?.value ?? bareForm(word.value));
    if (found === null) {
      forwarded.push(word);
      // An option's argument must not be taken for a word of its own.
      if (argument !== undefined) forwarded.push(argument);
    } else {
      own[found.key] = found.value === '' ? own[found.key] : found.value;
    }
    if (argument !== undefined) index++;
  }
  const isUntouched = forwarded.length === words.length;
  return {
    ...own,
    settingNames: settingNames(forwarded),
    forwarded: isUntouched ? options : forwarded.map((word) => word.spelling).join(' '),
  };
}

function splitOptions(options: string): Word[] {
  const words: Word[] = [];
  let spelling = '';
  let value = '';
  let isEscaped = false;
  for (const character of options) {
    if (SPACE.test(character) && !isEscaped) {
      if (spelling !== '') words.push({ spelling, value });
      spelling = '';
      value = '';
      continue;
    }
    spelling += character;
    isEscaped = character === '\\' && !isEscaped;
    if (!isEscaped) value += character;
  }
  if (spelling !== '') words.push({ spelling, value });
  return words;
}

function bareForm(word: string): string {
  return word.replace(/^(--|-c)/, '');
}

function findOwnKey(text: string): { key: OwnKey; value: string } | null {
  const [, key, value = ''] = OWN_KEY.exec(text) ?? [];
  const known = OWN_KEYS.find((own) => own === key);
  return known === undefined ? null : { key: known, value };
}

// Walks the words as getopt() does, since `-Ec role=x` sets a role as well as `-c role=x` does.
function settingNames(words: readonly Word[]): string[] {
  const names: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index]?.value ?? '';
    if (!word.startsWith('-')) continue;
    const at = firstLetterWithArgument(word);
    if (at === null) continue;
    const argument = word.slice(at + 1) || (words[++index]?.value ?? '');
    if (word[at] === 'c' || word[at] === '-') names.push(settingName(argument));
  }
  return names;
}

function firstLetterWithArgument(word: string): number | null {
  for (let at = 1; at < word.length; at++) {
    if (LETTERS_WITH_ARGUMENT.includes(word[at] ?? '')) return at;
  }
  return null;
}

// PostgreSQL's ParseLongOption(): the part before `=`, `-` counts as `_`, in any case.
function settingName(argument: string): string {
  return argument.replace(/=.*$/s, '').replaceAll('-', '_').toLowerCase();
}
