// Draws the panel beside the list; loaded when one is opened for the first time.

import { render } from 'preact';
import { PanelActs, PanelHead } from '../../components/ops/connection-panel.tsx';

export function drawHead(place: HTMLElement, props: Parameters<typeof PanelHead>[0]): void {
  render(<PanelHead {...props} />, place);
}

export function drawActs(place: HTMLElement, props: Parameters<typeof PanelActs>[0]): void {
  render(<PanelActs key={props.row.id} {...props} />, place);
}
