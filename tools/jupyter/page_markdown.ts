/**
 * Markdown and source code of a notebook as HTML that can be trusted: text never becomes
 * a script, a handler or a link that runs, and nothing is loaded from elsewhere.
 *
 * @module
 */

import katex from "katex";
import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import typescript from "highlight.js/lib/languages/typescript";
import {
  Lexer,
  Marked,
  Renderer,
  type Token,
  type TokenizerAndRendererExtension,
  type Tokens,
  type TokensList,
} from "marked";
import { escapeHtml } from "../../lib/views/escape.ts";
import { MAX_NESTING, type MimeBundle } from "./notebook.ts";

/** A heading, for the table of contents. */
export type Heading = { id: string; text: string; level: number };

/** The place of a piece of markdown in the page. */
export type MarkdownContext = {
  /** Begins the id of each heading, so that ids differ between notebooks. */
  prefix: string;
  /** Gets each heading, in order. */
  headings: Heading[];
  /** Pictures that belong to the cell, by file name. */
  attachments?: Record<string, MimeBundle>;
  /** The address on this page of another notebook, by its file name. */
  addressOf?: (notebook: string) => string | undefined;
};

/** Tags without attributes that may stand in markdown; all others are shown as text. */
const PLAIN_TAG =
  /&lt;(\/?(?:details|summary|code|br|sub|sup|kbd|small|mark|p)\s*\/?)&gt;/g;

/** Addresses that a link may have. */
const SAFE_ADDRESS = /^(?:https?:\/\/|mailto:|#)/i;

/**
 * Markdown as HTML.
 *
 * @param source The markdown, with math between `$` or `$$`.
 * @param context Its place in the page; its headings are added to.
 * @returns The HTML.
 * @throws {SyntaxError} If it is nested without end.
 */
export function markdownToHtml(
  source: string,
  context: MarkdownContext,
): string {
  const marked = markedFor(context);
  return marked.parser(new BoundedLexer(marked.defaults).lex(source));
}

/** Refuses markdown that would fill the stack, or take time without end. */
class BoundedLexer extends Lexer {
  #depth = 0;

  override blockTokens(
    ...args: Parameters<Lexer["blockTokens"]>
  ): TokensList {
    const tokenize = (): Token[] => super.blockTokens(...args);
    return this.#within(args[0], tokenize) as TokensList;
  }

  override inlineTokens(source: string, tokens?: Token[]): Token[] {
    return this.#within(source, () => super.inlineTokens(source, tokens));
  }

  #within(source: string, tokenize: () => Token[]): Token[] {
    if (this.#depth === MAX_NESTING) {
      const found = JSON.stringify(source.slice(0, 20));
      throw new SyntaxError(
        `Cannot show markdown: it must be nested at most ${MAX_NESTING} deep; ` +
          `found ${found} below that`,
      );
    }
    this.#depth++;
    const tokens = tokenize();
    this.#depth--;
    return tokens;
  }
}

/** Marked with renderers for everything that markdown could smuggle in. */
function markedFor(context: MarkdownContext): Marked {
  const { prefix, headings, attachments = {}, addressOf = () => undefined } =
    context;
  const marked = new Marked({ gfm: true });
  marked.use({
    extensions: [BLOCK_MATH, INLINE_MATH],
    renderer: {
      html({ text }): string {
        const shown = text.replace(/<!--[^]*?-->/g, "");
        return escapeHtml(shown).replace(PLAIN_TAG, "<$1>")
          .replace(/&amp;(#?\w+;)/g, "&$1");
      },
      // Marked leaves text as it is between some raw tags.
      text(token): string {
        if ("tokens" in token && token.tokens) {
          return this.parser.parseInline(token.tokens);
        }
        return escapeHtml(token.text).replace(/&amp;(#?\w+;)/g, "&$1");
      },
      code({ text, lang = "" }): string {
        return codeBlock(text, lang);
      },
      table(token): string {
        const html = Renderer.prototype.table.call(this, token);
        return `<div class="scroll" tabindex="0">${html}</div>\n`;
      },
      heading({ tokens, depth }): string {
        const text = plainText(tokens).trim();
        const id = freshId(`${prefix}-${slug(text)}`, headings);
        headings.push({ id, text, level: depth });
        const html = this.parser.parseInline(tokens);
        return `<h${depth} id="${id}">${html} <a class="anchor" href="#${id}" aria-label="Link to this heading">#</a></h${depth}>\n`;
      },
      link({ href, tokens }): string {
        const html = this.parser.parseInline(tokens);
        const address = addressOf(href.replace(/^\.\//, "")) ?? href;
        if (!SAFE_ADDRESS.test(address)) return html;
        return `<a href="${escapeHtml(address)}">${html}</a>`;
      },
      image({ href, text }): string {
        const file = href.replace(/^attachment:/, "");
        const bundle = attachments[file] ?? attachments[decoded(file)];
        const [type, data] = Object.entries(bundle ?? {})[0] ?? [];
        const address = type ? `data:${type};base64,${data}` : href;
        const alt = escapeHtml(text);
        if (!/^data:image\//i.test(address)) return `<em>${alt}</em>`;
        return `<img src="${escapeHtml(address)}" alt="${alt}">`;
      },
    },
  });
  return marked;
}

/** An address as text; as it is if it has a percent sign that encodes nothing. */
function decoded(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}

/** Display math, a separate paragraph: `$$ … $$`. */
const BLOCK_MATH: TokenizerAndRendererExtension = {
  name: "blockMath",
  level: "block",
  start: (source) => nonNegative(source.search(/^\$\$[^]+?\$\$\s*?$/m)),
  tokenizer: (source) =>
    mathToken("blockMath", /^\$\$([^]+?)\$\$\s*?(?:\n|$)/, source),
  renderer: ({ text }) =>
    `<p class="math" tabindex="0">${math(text, true)}</p>\n`,
};

/** Math in a line: `$…$`, or `$$…$$` set large. A price, as in $5 and $6, is none. */
const INLINE_MATH: TokenizerAndRendererExtension = {
  name: "inlineMath",
  level: "inline",
  start: (source) => nonNegative(source.indexOf("$")),
  tokenizer: (source) =>
    mathToken("inlineMath", /^\$\$([^]+?)\$\$/, source) ??
      mathToken(
        "inlineMath",
        /^\$(?!\s)((?:\\.|[^\\$])*(?:\\.|[^\\$\s]))\$(?!\d)/,
        source,
      ),
  renderer: ({ raw, text }) => math(text, raw.startsWith("$$")),
};

/** Marked expects `undefined` if there is no match. */
function nonNegative(index: number): number | undefined {
  return index < 0 ? undefined : index;
}

function mathToken(
  type: string,
  pattern: RegExp,
  source: string,
): Tokens.Generic | undefined {
  const match = pattern.exec(source);
  return match ? { type, raw: match[0], text: match[1]! } : undefined;
}

/** A formula as MathML, which browsers set with the fonts they have. */
function math(formula: string, displayMode: boolean): string {
  try {
    return katex.renderToString(formula, {
      displayMode,
      output: "mathml",
      throwOnError: false,
      strict: "ignore",
      trust: false,
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const found = JSON.stringify(formula.slice(0, 20));
    throw new SyntaxError(
      `Cannot show a formula: its groups must not fill the stack; found ` +
        `${found} and ${formula.length - 20} more characters`,
    );
  }
}

/** The words of inline tokens, without their marks. */
function plainText(tokens: readonly Tokens.Generic[]): string {
  return tokens.map(({ tokens: inner, text, raw }) =>
    inner ? plainText(inner) : text ?? raw
  ).join("");
}

/** Words for an address: letters and digits of any script, joined by hyphens. */
export function slug(text: string): string {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu)?.join("-") ?? "section";
}

function freshId(wanted: string, headings: readonly Heading[]): string {
  const taken = new Set(headings.map(({ id }) => id));
  let id = wanted;
  for (let n = 2; taken.has(id); n++) id = `${wanted}-${n}`;
  return id;
}

const highlighter = hljs.newInstance();
highlighter.registerLanguage("bash", bash);
highlighter.registerLanguage("json", json);
highlighter.registerLanguage("python", python);
highlighter.registerLanguage("typescript", typescript);

/**
 * Source code as a block that the keyboard can scroll.
 *
 * @param code The code.
 * @param language Its name.
 * @returns The HTML.
 */
export function codeBlock(code: string, language: string): string {
  return `<pre class="code" tabindex="0"><code>${
    highlight(code, language)
  }</code></pre>`;
}

/**
 * Source code as HTML, its words in `<span>`s of highlight.js's classes.
 *
 * @param code The code.
 * @param language Its name; code of a language that is not known stays plain.
 * @returns The HTML.
 */
function highlight(code: string, language: string): string {
  if (!highlighter.getLanguage(language)) return escapeHtml(code);
  return highlighter.highlight(code, { language }).value;
}
