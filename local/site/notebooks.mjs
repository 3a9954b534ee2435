// @ts-check
// The tracked notebooks as the site shows them: with their committed outputs, and with figures that a script of the site
// draws; where it doesn't run, their pictures stay.

/**
 * @typedef {Record<string, any>} Data what an output holds, by MIME type
 * @typedef {{output_type: string, data?: Data}} Output
 * @typedef {{cell_type: string, outputs?: Output[]}} Cell
 */

const plotlyType = "application/vnd.plotly.v1+json";

/**
 * A notebook's text with its figures as HTML, and otherwise as it is.
 * @param {string} text
 */
export function toSiteNotebook(text) {
  const notebook = JSON.parse(text);
  const cells = notebook.cells.map((/** @type {Cell} */ cell) =>
    cell.outputs ? { ...cell, outputs: cell.outputs.map(toSiteOutput) } : cell,
  );
  return `${JSON.stringify({ ...notebook, cells }, null, 1)}\n`;
}

/**
 * @param {Output} output
 * @returns {Output}
 */
function toSiteOutput(output) {
  const { data } = output;
  if (!data || !(plotlyType in data)) return output;
  return { ...output, data: { "text/html": toFigureHtml(data), "text/plain": data["text/plain"] } };
}

/**
 * A figure as HTML: its picture, and beside it what Plotly draws in the picture's place.
 * @param {Data} data
 */
function toFigureHtml(data) {
  const picture = Buffer.from(joinText(data["image/svg+xml"])).toString("base64");
  const image = `<img alt="${escapeHtml(joinText(data["text/plain"]))}" src="data:image/svg+xml;base64,${picture}">`;
  const json = JSON.stringify(data[plotlyType]).replaceAll("<", "\\u003c"); // it must not end the script
  return `<div class="plot"><div class="plot-area">${image}</div><script type="application/json">${json}</script></div>`;
}

/** @param {string | string[] | undefined} text */
function joinText(text = "") {
  return Array.isArray(text) ? text.join("") : text;
}

/** @param {string} text */
function escapeHtml(text) {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
