// Draws the figures of a notebook's page with Plotly, in the place of their pictures and in the theme's colours.
(() => {
  const plots = [...document.querySelectorAll(".plot")].map((plot) => ({
    area: plot.querySelector(".plot-area"),
    figure: JSON.parse(plot.querySelector("script").textContent),
  }));
  if (plots.length === 0) return;

  const preferred = matchMedia("(prefers-color-scheme: dark)");

  function isDark() {
    const { theme = "auto" } = document.body.dataset;
    return theme === "auto" ? preferred.matches : theme === "dark";
  }

  /** A layout as it is committed, on a dark page with the page's own colours. */
  function inTheme(layout) {
    if (!isDark()) return layout;
    const style = getComputedStyle(document.body);
    const [paper, ink, line] = ["background-primary", "foreground-primary", "background-border"].map((name) =>
      style.getPropertyValue(`--color-${name}`).trim(),
    );
    const axis = { gridcolor: line, zerolinecolor: line, tickcolor: paper };
    return {
      ...layout,
      paper_bgcolor: paper,
      plot_bgcolor: paper,
      font: { ...layout.font, color: ink },
      hoverlabel: { ...layout.hoverlabel, bgcolor: paper, bordercolor: ink, font: { color: ink } },
      xaxis: { ...layout.xaxis, ...axis },
      yaxis: { ...layout.yaxis, ...axis },
    };
  }

  /** As wide as the page, and without the button that sends a figure to another host. */
  const onlyHere = { responsive: true, showSendToCloud: false };

  /** Plotly changes what it is given, so each drawing has a copy. */
  function draw() {
    for (const { area, figure } of plots) {
      const { data, layout, config } = structuredClone(figure);
      area.querySelector("img")?.remove();
      window.Plotly.react(area, data, inTheme(layout), { ...config, ...onlyHere });
    }
  }

  const library = document.createElement("script");
  library.src = new URL("plotly.js", document.currentScript.src).href;
  library.onload = () => {
    draw();
    new MutationObserver(draw).observe(document.body, { attributeFilter: ["data-theme"] });
    preferred.addEventListener("change", draw);
  };
  document.head.append(library);
})();
