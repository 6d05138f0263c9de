// Whether the person's first terminal has come; drawn by the server and again by its island.

import type { VNode } from 'preact';
import { CheckSign, TurningSign } from '../layout/icons.tsx';

export function FirstTerminal({ hasConnected }: { readonly hasConnected: boolean }): VNode {
  return hasConnected ? (
    <p class="home-wait good">
      <span class="home-sign">
        <CheckSign />
      </span>
      <span>
        Your terminal is in. <a href="/app">Open the console</a>
      </span>
    </p>
  ) : (
    <p class="home-wait">
      <span class="home-sign">
        <TurningSign />
      </span>
      <span>
        Waiting for your terminal…
        <noscript>
          {' '}
          <a href="/">Reload</a>
        </noscript>
      </span>
    </p>
  );
}
