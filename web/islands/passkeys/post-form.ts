// A form sent by a script: the answer's JSON, or why it was refused, in words.

export type Said =
  | { readonly kind: 'done'; readonly body: unknown }
  | { readonly kind: 'refused'; readonly text: string };

export async function postForm(path: string, csrf: string, fields: Readonly<Record<string, string>>): Promise<Said> {
  try {
    const answer = await fetch(path, {
      method: 'POST',
      headers: { accept: 'application/json', 'x-csrf-token': csrf },
      body: new URLSearchParams(fields),
    });
    const body: unknown = await answer.json();
    return answer.ok ? { kind: 'done', body } : { kind: 'refused', text: wordsOf(body) };
  } catch {
    return { kind: 'refused', text: 'No answer. Check your connection and try again.' };
  }
}

function wordsOf(body: unknown): string {
  if (typeof body !== 'object' || body === null) return 'That did not work. Load the page again.';
  const texts = ['message' in body ? body.message : null, 'hint' in body ? body.hint : null];
  const said = texts.filter((text) => typeof text === 'string' && text !== '').map((text) => sentence(String(text)));
  return said.length === 0 ? 'That did not work. Load the page again.' : said.join(' ');
}

function sentence(text: string): string {
  const capital = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
