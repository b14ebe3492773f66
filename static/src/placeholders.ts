/** Placeholders as they are written and inserted; knows no page. */

/** A placeholder as it is written, with its fallback where there is one. */
export function placeholder(field: string, fallback: string): string {
  const said = fallback.replace(/["{}[\]\n]/g, "").trim();
  return said ? `{{ ${field} | "${said}" }}` : `{{ ${field} }}`;
}

/** The text with a piece in place of the selection, and where the cursor then stands. */
export function inserted(
  text: string,
  piece: string,
  from: number,
  to: number,
): { text: string; caret: number } {
  return { text: text.slice(0, from) + piece + text.slice(to), caret: from + piece.length };
}
