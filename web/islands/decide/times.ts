// The ring and the figures that count down, the age that counts up, and times of day as they are
// where the person is.

import { ageInWords } from '../../components/age-in-words.ts';

const TICK_MS = 1_000;
const SOON_SECONDS = 20;

/** About when the server made the page. */
const startedAt = performance.now();

export function showTimes(): void {
  const sinceStart = () => performance.now() - startedAt;
  const timer = setInterval(() => tick(sinceStart()), TICK_MS);
  addEventListener('pagehide', () => clearInterval(timer), { once: true });
  tick(0);
  emptyRing();
  showLocalTimes();
}

/** The time to decide is another one from now on. */
export function setTimeLeft(remainingMs: number, lifeMs: number): void {
  const elapsedMs = performance.now() - startedAt;
  for (const place of document.querySelectorAll<HTMLElement>('[data-countdown]')) {
    place.dataset.countdown = String(remainingMs + elapsedMs);
  }
  const ring = document.querySelector<SVGElement>('[data-ring-remaining]');
  ring?.setAttribute('stroke-dashoffset', String(100 - (100 * remainingMs) / lifeMs));
  if (ring) ring.dataset.ringRemaining = String(remainingMs);
  for (const animation of ring?.getAnimations() ?? []) animation.cancel();
  emptyRing();
  tick(elapsedMs);
}

export function showLocalTimes(): void {
  for (const time of document.querySelectorAll<HTMLTimeElement>('[data-local-time]')) {
    time.textContent = new Date(time.dateTime).toLocaleTimeString([], { timeStyle: 'short' });
  }
}

function tick(elapsedMs: number): void {
  for (const place of document.querySelectorAll<HTMLElement>('[data-countdown]')) {
    const seconds = Math.max(0, Math.ceil((Number(place.dataset.countdown) - elapsedMs) / 1_000));
    place.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    place.toggleAttribute('data-soon', seconds <= SOON_SECONDS);
  }
  for (const place of document.querySelectorAll<HTMLElement>('[data-age]')) {
    place.textContent = ageInWords(Number(place.dataset.age) + elapsedMs);
  }
}

function emptyRing(): void {
  const ring = document.querySelector<SVGElement>('[data-ring-remaining]');
  if (ring === null) return;
  const duration = Number(ring.dataset.ringRemaining);
  const offsets = [{ strokeDashoffset: ring.getAttribute('stroke-dashoffset') ?? '0' }, { strokeDashoffset: '100' }];
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  ring.animate(offsets, { duration, fill: 'forwards', easing: isCalm ? 'steps(12, end)' : 'linear' });
}
