/**
 * Attention without a script: a table of the strongest links in HTML, and the
 * same in plain text.
 *
 * @module
 */

import { escapeHtml } from "../escape.ts";
import { table } from "../table.ts";
import type { AttentionData } from "./data.ts";
import { strongest, unpackWeights, type WeightOf } from "./lines.ts";

/** A longer table is no help to a reader. */
const MAX_ROWS = 128;

/**
 * Lists each token's strongest link in each chosen head.
 *
 * @param data The view's data.
 * @returns HTML with inline styles only, which sanitizers keep.
 */
export function stillTable(data: AttentionData): string {
  const { tokens, heads, colors, layer } = data;
  const weightOf = unpackWeights(data);
  const cell = "padding: 2px 8px; text-align: left;";
  const header = heads.map((head) =>
    `<th style="${cell} border-bottom: 3px solid ${
      colors[head]
    };">head ${head}</th>`
  ).join("");
  const rows = tokens.slice(0, MAX_ROWS).map((token, query) => {
    const links = heads.map((head) => {
      const [link] = strongestKeys(weightOf, layer, [head], query, tokens, 1);
      return `<td style="${cell}">${escapeHtml(tokens[link!.token]!)} ${
        link!.weight.toFixed(2)
      }</td>`;
    });
    return `<tr><th scope="row" style="${cell}">${query} ${
      escapeHtml(token)
    }</th>${links.join("")}</tr>`;
  });
  return [
    `<table style="border-collapse: collapse; font-size: 12px;">`,
    `<thead><tr><th style="${cell}">query</th>${header}</tr></thead>`,
    `<tbody>${rows.join("\n")}</tbody>`,
    `</table>`,
  ].join("\n");
}

/**
 * Lists each token's strongest links, averaged over the chosen heads.
 *
 * @param data The view's data.
 * @returns Plain text.
 */
export function stillText(data: AttentionData): string {
  const { tokens, heads, layer } = data;
  const weightOf = unpackWeights(data);
  const rows = tokens.map((token, query) => {
    const links = strongestKeys(weightOf, layer, heads, query, tokens, 3);
    return {
      query,
      token,
      "looks at": links.map(({ token: key, weight }) =>
        `${tokens[key]} (${key}) ${weight.toFixed(2)}`
      ).join(", "),
    };
  });
  const title = data.title === "" ? "" : `${data.title}. `;
  const caption = `${title}Layer ${layer}, ${
    heads.length === 1 ? "weights" : "mean weight"
  } of ${namesOf(heads)}`;
  return table(rows, { caption }).text;
}

/** Such as "head 3" or "heads 0, 1". */
export function namesOf(heads: readonly number[]): string {
  return `${heads.length === 1 ? "head" : "heads"} ${heads.join(", ")}`;
}

function strongestKeys(
  weightOf: WeightOf,
  layer: number,
  heads: readonly number[],
  query: number,
  tokens: readonly string[],
  count: number,
): { token: number; weight: number }[] {
  const mean = (key: number): number =>
    heads.reduce((sum, head) => sum + weightOf(layer, head, query, key), 0) /
    Math.max(1, heads.length);
  return strongest(tokens.map((_, key) => key), mean, count);
}
