import { parseHTML } from "linkedom";

/** A page that holds `html`. */
export const parse = (html: string): Document =>
  parseHTML(`<html><body>${html}</body></html>`).document as never;

/** Markup that could run something, reach the network, or leave the view. */
export function foreignMarkup(page: Document): string[] {
  const known = ["div", "p", "img", "details", "summary", "table", "caption"]
    .concat("thead", "tbody", "tr", "th", "td", "script");
  return [...page.body.querySelectorAll("*")].flatMap((node) => [
    ...(known.includes(node.localName) ? [] : [node.localName]),
    ...node.getAttributeNames().filter((name) =>
      name.startsWith("on") || name === "href" || name === "srcdoc" ||
      name === "src" &&
        !node.getAttribute(name)!.startsWith("data:image/svg+xml;base64,")
    ),
  ]);
}
