/** A Plotly figure, and in words what it shows for those who can't see it. */
export interface Figure {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly layout: Readonly<Record<string, unknown>>;
  /** One sentence: kind of chart, axes, finding. */
  readonly alt: string;
}

/** One bar: a label and how long it is. */
export interface Bar {
  readonly label: string;
  readonly value: number;
}

/** A bar of a course's average score (0 to 1), with its sample standard deviation (null where there is none). */
export interface CourseBar {
  readonly label: string;
  readonly average: number;
  readonly deviation: number | null;
  readonly attempts: number;
}

interface FigureText {
  readonly title: string;
  readonly alt: string;
}

// Okabe and Ito's palette: told apart with any kind of colour vision
const blue = "#0072B2";
const orange = "#E69F00";
const grey = "#666666";

/** Horizontal bars with their values, longest on top; `unit` names what the axis counts. */
export function barFigure(bars: readonly Bar[], unit: string, text: FigureText): Figure {
  const fromBottom = [...bars].sort((a, b) => b.value - a.value).reverse();
  const trace = {
    type: "bar",
    orientation: "h",
    x: fromBottom.map((bar) => bar.value),
    y: fromBottom.map((bar) => bar.label),
    texttemplate: "%{x:,}",
    textposition: "outside",
    cliponaxis: false,
    hovertemplate: `%{y}<br>%{x:,} ${unit}<extra></extra>`,
    marker: { color: blue },
  };
  const xaxis = { title: { text: unit }, tickformat: "," };
  return figure([trace], { xaxis, ...labelAxis(fromBottom) }, text);
}

/** How many scores (0 to 1) fall into each tenth; one on a border counts to the right, 1 to the last. */
export function scoreFigure(scores: readonly number[], text: FigureText): Figure {
  const counts = new Array<number>(10).fill(0);
  for (const score of scores) {
    // 0.7 * 10 is a little below 7
    const tenth = Math.min(9, Math.floor(score * 10 + 1e-9));
    counts[tenth] = (counts[tenth] ?? 0) + 1;
  }
  const trace = {
    type: "bar",
    x: counts.map((_, tenth) => `${tenth * 10}–${(tenth + 1) * 10}`),
    y: counts,
    texttemplate: "%{y:,}",
    textposition: "outside",
    cliponaxis: false,
    hovertemplate: "%{x} %: %{y:,} attempts<extra></extra>",
    marker: { color: blue },
  };
  const layout = {
    xaxis: { title: { text: "score (%)" }, type: "category", showgrid: false },
    yaxis: { title: { text: "attempts" }, tickformat: "," },
    bargap: 0.05,
  };
  return figure([trace], layout, text);
}

/**
 * Average score of each course as a dot, best on top, with a line of one sample standard deviation to each side (none
 * where there is none; a deviation is no range, so a line may pass 100 %).
 */
export function courseFigure(courses: readonly CourseBar[], text: FigureText): Figure {
  const fromBottom = [...courses].sort((a, b) => b.average - a.average).reverse();
  const trace = {
    type: "scatter",
    mode: "markers",
    x: fromBottom.map((course) => toPercent(course.average)),
    y: fromBottom.map((course) => course.label),
    customdata: fromBottom.map((course) => course.attempts),
    error_x: {
      type: "data",
      // Plotly draws null as a line of length 0, and nothing for what is no number
      array: fromBottom.map(({ deviation }) => (deviation === null ? "none" : toPercent(deviation))),
      color: grey,
      thickness: 1,
    },
    hovertemplate: "%{y}<br>average %{x:.1f} %, %{customdata} attempts<extra></extra>",
    marker: { color: orange, size: 8, line: { color: grey, width: 1 } },
  };
  const ends = fromBottom.map((course) => toPercent(course.average + (course.deviation ?? 0)));
  const xaxis = {
    title: { text: "average score (%), ± one standard deviation" },
    range: [0, Math.max(103, ...ends.map((end) => end + 2))],
  };
  return figure([trace], { xaxis, ...labelAxis(fromBottom) }, text);
}

/** Rounded: the last digits of an average depend on the order in which it was summed. */
function toPercent(share: number): number {
  return Number((100 * share).toFixed(6));
}

function figure(data: Figure["data"], layout: Record<string, unknown>, { title, alt }: FigureText): Figure {
  const house = {
    title: { text: title, x: 0, xref: "container", xanchor: "left", pad: { l: 10 }, font: { size: 15 } },
    font: { family: "Helvetica, Arial, sans-serif", size: 12, color: "#222222" },
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    showlegend: false,
    margin,
    hovermode: "closest",
  };
  const axes = Object.fromEntries(
    ["xaxis", "yaxis"].map((name) => [
      name,
      {
        gridcolor: "#e5e5e5",
        zeroline: false,
        ticks: "outside",
        tickcolor: "#ffffff",
        ...(layout[name] as object),
      },
    ]),
  );
  return { data, layout: { ...house, ...layout, ...axes }, alt };
}

const margin = { l: 70, r: 30, t: 50, b: 60 };

/** A vertical axis of names: the whole ones name the categories, cut ones are drawn and set the left margin. */
function labelAxis(bars: readonly { readonly label: string }[]): Record<string, unknown> {
  const names = bars.map((bar) => shorten(bar.label));
  const longest = Math.max(0, ...names.map((name) => name.length));
  return {
    yaxis: {
      type: "category",
      tickmode: "array",
      tickvals: bars.map((bar) => bar.label),
      ticktext: names.map(escapeMarkup),
    },
    margin: { ...margin, l: 20 + Math.ceil(6.5 * longest) },
  };
}

/** Plotly reads a few HTML tags in texts. */
function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function shorten(label: string): string {
  return label.length > 40 ? `${label.slice(0, 39)}…` : label;
}
