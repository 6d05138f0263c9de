// Sends the form that creates a project and shows each step as the server starts it. Where that is
// not possible, the browser sends the form itself.

const SAID = { roles: 'Making its roles', database: 'Making its database', catalogue: 'Writing it down' } as const;

type News = { readonly step?: keyof typeof SAID; readonly made?: string; readonly failed?: true };

const form = document.querySelector<HTMLFormElement>('form[data-progress]');
const steps = document.querySelector<HTMLElement>('[data-progress-steps]');
const said = document.querySelector('[data-progress-said]');
if (form !== null && steps !== null) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    for (const button of form.querySelectorAll('button')) button.disabled = true;
    void send(form, steps);
  });
}

async function send(form: HTMLFormElement, steps: HTMLElement): Promise<void> {
  // The fields as the browser itself would send them.
  const body = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  const answer = await fetch(form.action, { method: 'POST', body, headers: { Accept: 'application/x-ndjson' } }).catch(
    () => null,
  );
  // Refused before anything was started, or signed out: sending the form normally shows the page
  // that says so.
  if (!answer?.ok || answer.body === null || answer.redirected) return form.submit();
  steps.hidden = false;
  for await (const news of linesOf(answer.body)) {
    if (news.failed) return form.submit();
    if (news.made !== undefined) return location.assign(news.made);
    if (news.step !== undefined) show(steps, news.step);
  }
  // The connection was lost: the project may or may not exist.
  location.assign(form.dataset.progress ?? '');
}

function show(steps: HTMLElement, begun: string): void {
  let state = 'done';
  for (const item of steps.querySelectorAll<HTMLElement>('[data-name]')) {
    if (item.dataset.name === begun) state = 'now';
    item.dataset.step = state;
    if (state === 'now') state = 'todo';
  }
  if (said !== null) said.textContent = SAID[begun as keyof typeof SAID];
}

/** The lines that our server writes; ends early when the connection is lost. */
async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<News> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read().catch(() => ({ value: undefined, done: true }));
    if (done) return;
    const lines = (text + decoder.decode(value, { stream: true })).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line);
  }
}
