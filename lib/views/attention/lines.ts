/**
 * Attention weights as lines between tokens, for the page and for the still picture.
 *
 * These functions also travel into the page as source text, so each of them
 * uses nothing but its arguments and the others in this file.
 *
 * @module
 */

/** Weight of one head from a query to a key, in [0, 1]. */
export type WeightOf = (
  layer: number,
  head: number,
  query: number,
  key: number,
) => number;

/** All lines of one head that are about equally strong, as one SVG path. */
export type LineGroup = { path: string; opacity: number };

/**
 * Unpacks the bytes of a view.
 *
 * @param packed The weights in base64, their layers' heads and tokens.
 * @returns A function that looks a weight up.
 */
export function unpackWeights(
  packed: { weights: string; numHeads: number; tokens: readonly string[] },
): WeightOf {
  const bytes = atob(packed.weights);
  const { numHeads } = packed;
  const numTokens = packed.tokens.length;
  return (layer, head, query, key) => {
    const row = (layer * numHeads + head) * numTokens + query;
    return bytes.charCodeAt(row * numTokens + key) / 255;
  };
}

/**
 * Gathers the links from queries to keys by strength.
 *
 * 24 strengths, which stand closer together where weights are small, as most are.
 *
 * @param queries Tokens in the left column, top to bottom.
 * @param keys Tokens in the right column.
 * @param weight Weight of a query and a key.
 * @param least The least weight that counts.
 * @returns Rows on the left and on the right by turns, faint links first.
 */
export function gatherLinks(
  queries: readonly number[],
  keys: readonly number[],
  weight: (query: number, key: number) => number,
  least: number,
): { rows: number[]; opacity: number }[] {
  const levels = 24;
  const groups = new Map<number, number[]>();
  queries.forEach((query, i) => {
    keys.forEach((key, j) => {
      const strength = weight(query, key);
      if (strength < least) return;
      const level = Math.max(1, Math.round(levels * Math.sqrt(strength)));
      const rows = groups.get(level) ?? [];
      groups.set(level, rows);
      rows.push(i, j);
    });
  });
  return [...groups].sort(([a], [b]) => a - b).map(([level, rows]) => ({
    rows,
    opacity: Math.round(1000 * (level / levels) ** 2) / 1000,
  }));
}

/**
 * Gathers the lines from queries to keys by strength.
 *
 * One path for each strength instead of one element for each line: 128 tokens make
 * up to 16,384 lines a head.
 *
 * @param queries Tokens in the left column, top to bottom.
 * @param keys Tokens in the right column.
 * @param weight Weight of a query and a key.
 * @param size Distance of the columns, height of a row, and the least weight
 *   that is drawn, all in pixels but the last.
 * @returns Paths and opacities, faint lines first.
 */
export function gatherLines(
  queries: readonly number[],
  keys: readonly number[],
  weight: (query: number, key: number) => number,
  size: { width: number; rowHeight: number; least: number },
): LineGroup[] {
  const middle = (row: number): number => (row + 0.5) * size.rowHeight;
  return gatherLinks(queries, keys, weight, size.least).map(
    ({ rows, opacity }) => {
      let path = "";
      for (let i = 0; i < rows.length; i += 2) {
        path += `M0 ${middle(rows[i]!)}L${size.width} ${middle(rows[i + 1]!)}`;
      }
      return { path, opacity };
    },
  );
}

/**
 * Lists the keys that a query looks at most, or the queries that look at a key.
 *
 * @param candidates Tokens of the other column.
 * @param weight Weight of each, a mean over heads.
 * @param count How many to list.
 * @returns Tokens and weights, the strongest first.
 */
export function strongest(
  candidates: readonly number[],
  weight: (token: number) => number,
  count: number,
): { token: number; weight: number }[] {
  return candidates.map((token) => ({ token, weight: weight(token) }))
    .sort((a, b) => b.weight - a.weight || a.token - b.token)
    .slice(0, count);
}
