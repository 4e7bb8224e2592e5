/**
 * Makers of page elements, which travel into the page as source text.
 *
 * Text enters the page as text nodes only, so no token can become markup.
 *
 * @module
 */

import type {
  Document,
  Element,
  HTMLElement,
  HTMLElementTagNameMap,
} from "./dom.ts";

/** The page in which the functions run. */
declare const document: Document;

/**
 * Makes an HTML element.
 *
 * @param name Its tag.
 * @param attributes Its attributes.
 * @param children Elements, and texts that become text nodes.
 * @returns The element, in no document yet.
 */
export function element<K extends string>(
  name: K,
  attributes: Record<string, string> = {},
  ...children: (Element | string)[]
): K extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[K]
  : HTMLElement {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made as ReturnType<typeof element<K>>;
}

/**
 * Makes an SVG element.
 *
 * @param name Its tag.
 * @param attributes Its attributes.
 * @returns The element, in no document yet.
 */
export function svgElement(
  name: string,
  attributes: Record<string, string>,
): Element {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  return made;
}

/**
 * Makes a labelled choice among names.
 *
 * @param label What is chosen; in small letters, also the select's class.
 * @param names The options.
 * @param first Index of the option chosen at first.
 * @param onChange Told the index of each later choice.
 * @returns The label with its select.
 */
export function choice(
  label: string,
  names: readonly string[],
  first: number,
  onChange: (index: number) => void,
): HTMLElement {
  const options = names.map((name, i) =>
    element("option", {
      value: String(i),
      ...(i === first ? { selected: "" } : {}),
    }, name)
  );
  const select = element("select", { class: label.toLowerCase() }, ...options);
  select.addEventListener("change", () => onChange(Number(select.value)));
  return element("label", {}, `${label} `, select);
}
