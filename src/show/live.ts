import type { DataFrame } from "danfojs-node";
import { type OutputSlot, openSlot } from "./display";
import type { Figure } from "./figures";
import { renderFigure, renderFrame, type ShowFigureOptions } from "./show";

/** How a state is shown, the figure in its size. */
export interface LiveViews<Now> extends ShowFigureOptions {
  /** Shown above the table. */
  readonly caption: string;
  /** The table of a state; of the last one (`isOver`) without what differs from run to run, as it stays. */
  readonly table: (now: Now, isOver: boolean) => DataFrame;
  /** One figure or several, below the table; `isOver` as for the table. */
  readonly figure:
    | ((now: Now, isOver: boolean) => Figure)
    | readonly ((now: Now, isOver: boolean) => Figure)[];
}

/** The table is shown anew at most so often. */
const tableMs = 250;

/**
 * Runs work that tells of its state, with a table and figures of it in the notebook's output, which change in place
 * while it runs: a figure as a picture, as often as drawing leaves the work most of the time. In the end all show the
 * state that was told last, figures as showFigure does. An error of the work is thrown on, after the last state.
 */
export async function showLive<Now, Result>(
  work: (tell: (now: Now) => void) => Promise<Result>,
  { caption, table, figure, ...size }: LiveViews<Now>,
): Promise<Result> {
  const figures = typeof figure === "function" ? [figure] : figure;
  const tablePlace = openSlot();
  const places = figures.map(() => openSlot());
  const pictures = openPictures(places, size);
  await renderFigure(noFigure); // loads what draws, for a second or more, before the work would have to wait for it
  const told: Now[] = [];
  let shownMs = 0;
  const tell = (now: Now) => {
    told[0] = now;
    if (Date.now() - shownMs >= tableMs) {
      shownMs = Date.now();
      tablePlace.show(renderFrame(table(now, false), { caption, rows: Infinity, interactive: false }));
    }
    const next = pictures.next();
    if (next !== undefined) pictures.draw(next, figures[next]?.(now, false) ?? noFigure);
  };
  try {
    return await work(tell);
  } finally {
    await pictures.end();
    for (const last of told) {
      tablePlace.end(renderFrame(table(last, true), { caption, rows: Infinity, interactive: false }));
      for (const [index, place] of places.entries())
        place.end(await renderFigure(figures[index]?.(last, true) ?? noFigure, size));
    }
  }
}

const noFigure: Figure = { data: [], layout: {}, alt: "" };

/** Drawing blocks everything else: between two pictures there is rest for so many times as long as one took. */
const restFactor = 2;

/** Pictures that are drawn again where they stand, one at a time and in turn. */
interface Pictures {
  /** Which may be drawn now: none where one is being drawn, or where there was no rest since. */
  readonly next: () => number | undefined;
  readonly draw: (index: number, figure: Figure) => void;
  /** Waits for what is being drawn; throws where it could not be. */
  readonly end: () => Promise<void>;
}

function openPictures(places: readonly OutputSlot[], size: ShowFigureOptions): Pictures {
  const drawn = new Map<number, string>();
  let drawing: Promise<void> | undefined;
  let turn = 0;
  let freeMs = 0;
  const draw = async (index: number, figure: Figure) => {
    const startedMs = Date.now();
    const { "image/svg+xml": svg, "text/plain": alt } = await renderFigure(figure, size);
    places[index]?.show({ "image/svg+xml": svg, "text/plain": alt });
    freeMs = Date.now() + restFactor * (Date.now() - startedMs);
    drawing = undefined;
  };
  return {
    next: () => (drawing || Date.now() < freeMs ? undefined : turn++ % places.length),
    draw: (index, figure) => {
      const text = JSON.stringify(figure);
      if (text === drawn.get(index)) return;
      drawn.set(index, text);
      drawing = draw(index, figure);
      drawing.catch(() => undefined); // `end` throws it
    },
    end: async () => drawing,
  };
}
