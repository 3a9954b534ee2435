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

/** Horizontal bars, longest on top; `unit` names what the axis counts. */
export function barFigure(bars: readonly Bar[], unit: string, text: FigureText): Figure {
  const fromTop = [...bars].sort((a, b) => a.value - b.value);
  const trace = {
    type: "bar",
    orientation: "h",
    x: fromTop.map((bar) => bar.value),
    y: fromTop.map((bar) => shorten(bar.label)),
    customdata: fromTop.map((bar) => bar.label),
    hovertemplate: `%{customdata}<br>%{x} ${unit}<extra></extra>`,
    marker: { color: blue },
  };
  return figure([trace], { xaxis: { title: axisTitle(unit) }, margin: labelMargin(bars) }, text);
}

/** How many grades fall into each tenth of the score; a score on a border counts to the right, 1 to the last. */
export function scoreFigure(scores: readonly number[], text: FigureText): Figure {
  const counts = new Array<number>(10).fill(0);
  for (const score of scores) {
    const tenth = Math.min(9, Math.floor(score * 10 + 1e-9));
    counts[tenth] = (counts[tenth] ?? 0) + 1;
  }
  const trace = {
    type: "bar",
    x: counts.map((_, tenth) => `${tenth * 10}–${(tenth + 1) * 10}`),
    y: counts,
    hovertemplate: "%{x} %: %{y} attempts<extra></extra>",
    marker: { color: blue },
  };
  const layout = {
    xaxis: { title: axisTitle("score (%)"), type: "category" },
    yaxis: { title: axisTitle("attempts") },
    bargap: 0.05,
  };
  return figure([trace], layout, text);
}

/** Average score of each course as a dot with a bar of one sample standard deviation to each side, best on top. */
export function courseFigure(courses: readonly CourseBar[], text: FigureText): Figure {
  const fromTop = [...courses].sort((a, b) => a.average - b.average);
  const trace = {
    type: "scatter",
    mode: "markers",
    x: fromTop.map((course) => 100 * course.average),
    y: fromTop.map((course) => shorten(course.label)),
    customdata: fromTop.map((course) => [course.label, course.attempts]),
    error_x: {
      type: "data",
      array: fromTop.map((course) => 100 * (course.deviation ?? 0)),
      color: grey,
      thickness: 1,
    },
    hovertemplate: "%{customdata[0]}<br>average %{x:.1f} %, %{customdata[1]} attempts<extra></extra>",
    marker: { color: orange, size: 8, line: { color: grey, width: 1 } },
  };
  const axis = { title: axisTitle("average score (%), ± one standard deviation"), range: [0, 105] };
  const labels = fromTop.map((course) => ({ label: course.label }));
  return figure([trace], { xaxis: axis, margin: labelMargin(labels) }, text);
}

function figure(data: Figure["data"], layout: Record<string, unknown>, { title, alt }: FigureText): Figure {
  const house = {
    title: { text: title, x: 0, xref: "paper", xanchor: "left", font: { size: 15 } },
    font: { family: "Helvetica, Arial, sans-serif", size: 12, color: "#222222" },
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    showlegend: false,
    margin: { l: 60, r: 20, t: 50, b: 60 },
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

function axisTitle(text: string) {
  return { text, standoff: 14 };
}

function labelMargin(bars: readonly { label: string }[]) {
  const longest = Math.max(0, ...bars.map((bar) => shorten(bar.label).length));
  return { l: 20 + 6.5 * longest, r: 20, t: 50, b: 60 };
}

function shorten(label: string): string {
  return label.length > 40 ? `${label.slice(0, 39)}…` : label;
}
