/**
 * Page elements of the attention views: DOM types, makers of elements, and the frame
 * around a view; the functions travel into the page as source text.
 *
 * The DOM types are written out because a published module may not ask for
 * TypeScript's own (a triple-slash reference), which would change its importer's
 * globals. Text enters the page as text nodes only, so no token can become markup.
 *
 * @module
 */

/** A key or a click. */
export type PageEvent = {
  readonly target: unknown;
  readonly key: string;
  readonly shiftKey: boolean;
  preventDefault(): void;
  stopPropagation(): void;
};

/** An element of HTML or SVG. */
export interface Element {
  readonly children: Iterable<Element>;
  readonly lastElementChild: Element | null;
  readonly classList: { toggle(name: string, force: boolean): void };
  textContent: string | null;
  ariaDescription: string | null;
  append(...children: (Element | string)[]): void;
  replaceChildren(...children: (Element | string)[]): void;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  addEventListener(type: string, listener: (event: PageEvent) => void): void;
  querySelector(selector: "select"): HTMLSelectElement | null;
  querySelectorAll(
    selector: string,
  ): { forEach(visit: (element: Element, index: number) => void): void };
}

/** An element of HTML. */
export interface HTMLElement extends Element {
  readonly shadowRoot: unknown;
  readonly style: {
    backgroundImage: string;
    height: string;
    marginTop: string;
  };
  hidden: boolean;
  tabIndex: number;
  attachShadow(options: { mode: "open" }): Pick<Element, "append">;
  focus(): void;
}

/** A choice among options. */
export interface HTMLSelectElement extends HTMLElement {
  value: string;
}

/** A drawing in pixels. */
export interface HTMLCanvasElement extends HTMLElement {
  width: number;
  height: number;
  getContext(kind: "2d"): {
    globalAlpha: number;
    fillStyle: string;
    strokeStyle: string;
    scale(x: number, y: number): void;
    beginPath(): void;
    moveTo(x: number, y: number): void;
    lineTo(x: number, y: number): void;
    stroke(): void;
    fillRect(x: number, y: number, width: number, height: number): void;
  } | null;
}

/** Elements by their tags, as far as they differ. */
export type HTMLElementTagNameMap = {
  canvas: HTMLCanvasElement;
  select: HTMLSelectElement;
};

/** The page. */
export type Document = {
  createElement(name: string): HTMLElement;
  createElementNS(namespace: string, name: string): Element;
};

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

/** Pixels of a row of tokens: long texts stand closer together. */
export function rowHeightOf(tokens: readonly string[]): number {
  return tokens.length > 40 ? 16 : 22;
}

/**
 * Puts a view into a shadow tree of `root`, which hides the still form.
 *
 * A shadow tree keeps the view's styles from the page and the page's from the
 * view; colours are inherited, so dark themes work.
 *
 * @param root The element that holds the still form.
 * @param css The view's style sheet.
 * @param data The view's title and tokens.
 * @param top Controls and status, which stay in sight while tokens scroll.
 * @param rest What is below them.
 */
export function showView(
  root: HTMLElement,
  css: string,
  data: { title: string; tokens: readonly string[] },
  top: readonly HTMLElement[],
  rest: readonly HTMLElement[],
): void {
  const rowHeight = rowHeightOf(data.tokens);
  const view = element(
    "div",
    {
      class: rowHeight < 22 ? "view long" : "view",
      style: `--row: ${rowHeight}px`,
    },
    element(
      "div",
      { class: "top" },
      element("div", { class: "title" }, data.title),
      ...top,
    ),
    ...rest,
  );
  root.attachShadow({ mode: "open" }).append(element("style", {}, css), view);
}
