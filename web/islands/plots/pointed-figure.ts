// The figure under the pointer, beside it. For eyes and mice: the table has every figure.

import type uPlot from 'uplot';

const GAP_PX = 12;

/** `inWords` names the step at an index and its figure. */
export function pointedFigure(inWords: (index: number) => readonly [when: string, figure: string]): uPlot.Plugin {
  const box = document.createElement('div');
  box.className = 'plot-tip';
  box.hidden = true;
  return {
    hooks: {
      ready: (plot) => plot.over.append(box),
      setCursor: (plot) => {
        const { idx, left = -1 } = plot.cursor;
        box.hidden = idx === null || idx === undefined || left < 0;
        if (box.hidden || idx === null || idx === undefined) return;
        const [when, figure] = inWords(idx);
        const strong = document.createElement('strong');
        strong.textContent = figure;
        box.replaceChildren(strong, when);
        const at = plot.valToPos(plot.data[0][idx] ?? 0, 'x');
        const isRight = at > plot.over.clientWidth / 2;
        box.style.insetInlineStart = isRight ? 'auto' : `${at + GAP_PX}px`;
        box.style.insetInlineEnd = isRight ? `${plot.over.clientWidth - at + GAP_PX}px` : 'auto';
      },
    },
  };
}
