/** Source code, coloured. @module */

import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import typescript from "highlight.js/lib/languages/typescript";
import { escapeHtml } from "../../lib/views/escape.ts";

const highlighter = hljs.newInstance();
highlighter.registerLanguage("bash", bash);
highlighter.registerLanguage("json", json);
highlighter.registerLanguage("python", python);
highlighter.registerLanguage("typescript", typescript);

/**
 * Source code as HTML, its words in `<span>`s of highlight.js's classes.
 *
 * @param code The code.
 * @param language Its name; code of a language that is not known stays plain.
 * @returns The HTML.
 */
export function highlight(code: string, language: string): string {
  if (!highlighter.getLanguage(language)) return escapeHtml(code);
  return highlighter.highlight(code, { language }).value;
}
