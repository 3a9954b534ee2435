// The colours of figures: Okabe and Ito's palette, told apart with any kind of colour vision.

/** Bars, dots and lines. */
export const blue = "#0072B2";
/** What stands out among them. */
export const orange = "#E69F00";
/** What is to be seen and not read. */
export const grey = "#666666";
