import type { DataFrame } from "danfojs-node";
import { openPlace, type Place } from "./display";
import type { Figure } from "./figures";
import { renderFigure, renderFrame, type ShowFigureOptions } from "./show";

/** How a state is shown, the figure in its size. */
export interface LiveViews<Now> extends ShowFigureOptions {
  /** Shown above the table. */
  readonly caption: string;
  /** The table of a state; of the last one (`isOver`) without what differs from run to run, as it stays. */
  readonly table: (now: Now, isOver: boolean) => DataFrame;
  readonly figure: (now: Now) => Figure;
}

/** The table is shown anew at most so often. */
const tableMs = 250;

/**
 * Runs work that tells of its state, with a table and a figure of it in the notebook's output, which change in place
 * while it runs: the figure as a picture, as often as drawing leaves the work most of the time. In the end both show
 * the state that was told last, the figure as showFigure does. An error of the work is thrown on, after the last state.
 */
export async function showLive<Now, Result>(
  work: (tell: (now: Now) => void) => Promise<Result>,
  { caption, table, figure, ...size }: LiveViews<Now>,
): Promise<Result> {
  const [tablePlace, figurePlace] = [openPlace(), openPlace()];
  const picture = openPicture(figurePlace, size);
  await renderFigure(noFigure); // loads what draws, for a second or more, before the work would have to wait for it
  const told: Now[] = [];
  let shownMs = 0;
  const tell = (now: Now) => {
    told[0] = now;
    if (Date.now() - shownMs >= tableMs) {
      shownMs = Date.now();
      tablePlace.show(renderFrame(table(now, false), { caption, rows: Infinity, interactive: false }));
    }
    if (picture.isFree()) picture.draw(figure(now));
  };
  try {
    return await work(tell);
  } finally {
    await picture.end();
    for (const last of told) {
      tablePlace.end(renderFrame(table(last, true), { caption, rows: Infinity, interactive: false }));
      figurePlace.end(await renderFigure(figure(last), size));
    }
  }
}

const noFigure: Figure = { data: [], layout: {}, alt: "" };

/** Drawing blocks everything else: between two pictures there is rest for so many times as long as one took. */
const restFactor = 2;

/** A picture that is drawn again where it stands. */
interface Picture {
  /** Whether it may be drawn again: none is being drawn, and there was rest since. */
  readonly isFree: () => boolean;
  readonly draw: (figure: Figure) => void;
  /** Waits for what is being drawn; throws where it could not be. */
  readonly end: () => Promise<void>;
}

function openPicture(place: Place, size: ShowFigureOptions): Picture {
  let drawing: Promise<void> | undefined;
  let freeMs = 0;
  let drawn = "";
  const draw = async (figure: Figure) => {
    const startedMs = Date.now();
    const { "image/svg+xml": svg, "text/plain": alt } = await renderFigure(figure, size);
    place.show({ "image/svg+xml": svg, "text/plain": alt });
    freeMs = Date.now() + restFactor * (Date.now() - startedMs);
    drawing = undefined;
  };
  return {
    isFree: () => !drawing && Date.now() >= freeMs,
    draw: (figure) => {
      const text = JSON.stringify(figure);
      if (text === drawn) return;
      drawn = text;
      drawing = draw(figure);
      drawing.catch(() => undefined); // `end` throws it
    },
    end: async () => drawing,
  };
}
