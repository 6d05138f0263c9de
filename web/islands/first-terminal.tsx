// Asks now and then whether the person's first terminal has come, while the page is looked at.

import { render } from 'preact';
import { FirstTerminal } from '../components/first-terminal.tsx';

const ASK_EVERY_MS = 2_000;
/** A page that is left open stops asking; reloading it starts again. */
const MOST_QUESTIONS = 900;

const root = document.querySelector<HTMLElement>('[data-first-terminal]');
if (root !== null) void follow(root);

async function follow(root: HTMLElement): Promise<void> {
  for (let asked = 0; asked < MOST_QUESTIONS; asked += 1) {
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    if (document.visibilityState === 'visible' && (await hasConnected())) {
      render(<FirstTerminal hasConnected />, root);
      return;
    }
  }
}

/** False also while the server cannot be reached. */
async function hasConnected(): Promise<boolean> {
  try {
    const response = await fetch('/first-terminal', { headers: { accept: 'application/json' } });
    // Written by our own server, so it has this type.
    const { connected }: { connected?: boolean } = await response.json();
    return connected === true;
  } catch {
    return false;
  }
}
