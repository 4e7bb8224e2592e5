/**
 * DOM types: the few of them that the code for pages uses.
 *
 * Written out here because a published module may not ask for TypeScript's own
 * (a triple-slash reference), which would change its importer's globals.
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
  ariaLabel: string | null;
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
