/** Script of a model's page: reads the fields, shows answers, words and attention. @module */

import { tokenizerFromJson } from "../../checkpoint/tokenizer_json.ts";
import {
  drawHeadView,
  HEAD_VIEW_CSS,
} from "../../views/attention/draw_head_view.ts";
import { VIEW_CSS } from "../../views/attention/view_css.ts";
import { HEAD_COLORS } from "../../views/theme.ts";
import { PAGE_IDS, type PageData, type PageTask } from "../page_data.ts";
import {
  answer,
  type Decision,
  number,
  type PageAnswer,
  percent,
  type Row,
  type Sequence,
  wordEffects,
  wordsOf,
} from "./answers.ts";
import { missingFeature, openSession, unpack } from "./session.ts";

/** Longer texts make the view of attention too wide to read. */
const VIEWED_TOKENS = 64;
/** More labels than these are shown only if the reader asks. */
const SHOWN_ROWS = 10;
/** Milliseconds without a key after which the page answers. */
const PAUSE = 400;

/** An element of the page. */
function byId<E extends HTMLElement>(id: string): E {
  return document.getElementById(id) as E;
}

/** Makes an element; texts become text nodes, so that no label can become markup. */
function make(
  name: string,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElement {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

const say = (text: string): void => void (byId("status").textContent = text);
const pause = (): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve));

const missing = missingFeature();
if (missing === undefined) start().catch(fail);
else {
  say(
    `This browser cannot run the model: it lacks ${missing}. Please open the page in ` +
      `a current Firefox, Chrome, Edge or Safari.`,
  );
}

function fail(error: unknown): void {
  say(`Something went wrong: ${(error as Error).message ?? error}`);
  throw error;
}

async function start(): Promise<void> {
  const began = performance.now();
  const data: PageData = JSON.parse(byId(PAGE_IDS.data).textContent!);
  const { tokenizer: json, addedTokens, numLayers } = data;
  const tokenizer = tokenizerFromJson(json, addedTokens);
  const model = { ...data, tokenizer };
  const packed = [PAGE_IDS.weights, PAGE_IDS.runtime].map((id) => {
    const text = byId(id).textContent!;
    byId(id).textContent = ""; // tens of megabytes
    return unpack(text);
  });
  const [weights, runtime] = await Promise.all(packed);
  const session = await openSession(weights!, runtime!, numLayers);
  const fields = [...document.querySelectorAll("textarea")];
  const choice = byId<HTMLSelectElement>("decision");
  let turn = 0, shown: PageAnswer | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const respond = async (): Promise<void> => {
    clearTimeout(timer);
    const own = ++turn;
    if (fields.some(({ value }) => value.trim() === "")) {
      byId("said").textContent = "…";
      byId("rows").replaceChildren();
      byId("notes").replaceChildren();
      byId("words").hidden = byId("attention").hidden = true;
      return;
    }
    const [text, pair] = fields.map(({ value }) => value);
    const asked = performance.now();
    const input = { text: text!, pair: pair ?? "" };
    const found = await answer(model, input, session.compute);
    if (own !== turn) return;
    shown = found;
    showAnswer(found, performance.now() - asked);
    choice.replaceChildren(
      ...found.decisions.map(({ name }) => make("option", {}, name)),
    );
    await pause();
    if (own === turn) await showAttention(found.sequence);
    if (own === turn) await explain();
  };
  const explain = async (): Promise<void> => {
    const own = ++turn;
    const decision = shown?.decisions[choice.selectedIndex];
    byId("words").hidden = decision === undefined;
    if (shown === undefined || decision === undefined) return;
    const { sequence } = shown;
    const count = wordsOf(tokenizer, sequence.inputIds).length;
    const effects = [];
    for await (
      const each of wordEffects(model, sequence, decision, session.compute)
    ) {
      effects.push(each);
      byId("progress").textContent = `Word ${effects.length} of ${count}`;
      await pause();
      if (own !== turn) return;
    }
    byId("progress").textContent = "";
    showWords(effects, sequence, decision, model.task);
  };
  const showAttention = async (sequence: Sequence): Promise<void> => {
    const { inputIds, tokenTypeIds } = sequence;
    const isShort = inputIds.length <= VIEWED_TOKENS;
    byId("attention").hidden = false;
    byId("long").hidden = isShort;
    const root = make("div");
    byId("view").replaceChildren(root);
    if (!isShort) return;
    const { numHeads } = model;
    const layers = await session.attentionsOf(sequence);
    const bytes = layers.map((weights) =>
      String.fromCharCode(...Array.from(weights, (w) => Math.round(255 * w)))
    );
    const { pieces } = tokenizer.vocabulary;
    const view = {
      title: "",
      tokens: inputIds.map((id) => pieces[id]!),
      tokenTypeIds,
      numLayers,
      numHeads,
      layer: numLayers - 1,
      heads: [0],
      colors: Array.from(
        { length: numHeads },
        (_, head) => HEAD_COLORS[head % HEAD_COLORS.length]!,
      ),
      weights: btoa(bytes.join("")),
    };
    drawHeadView(root as never, view, `${VIEW_CSS}\n${HEAD_VIEW_CSS}`);
  };

  const now = (): void => void respond().catch(fail);
  byId("form").addEventListener("submit", (event) => {
    event.preventDefault();
    now();
  });
  for (const field of fields) {
    field.addEventListener("input", () => {
      turn++; // what is under way is of another text
      clearTimeout(timer);
      timer = setTimeout(now, PAUSE);
    });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      now();
    });
  }
  choice.addEventListener("change", () => void explain().catch(fail));
  byId("version").textContent = session.version;
  const seconds = (performance.now() - began) / 1000;
  say(`The model is ready: it was unpacked in ${seconds.toFixed(1)} s.`);
  now();
}

function showAnswer(
  { said, rows, marked, notes }: PageAnswer,
  milliseconds: number,
): void {
  byId("said").textContent = said;
  byId("notes").replaceChildren(
    ...notes.map((note) => make("p", {}, note)),
    make("p", {}, `Computed in ${milliseconds.toFixed(0)} ms.`),
  );
  const parts: HTMLElement[] = [];
  if (marked !== undefined) parts.push(markedText(marked));
  if (rows.length > 0) parts.push(tableOf(rows.slice(0, SHOWN_ROWS)));
  const others = rows.slice(SHOWN_ROWS);
  if (others.length > 0) {
    const summary = make("summary", {}, `${others.length} more`);
    parts.push(make("details", {}, summary, tableOf(others)));
  }
  byId("rows").replaceChildren(...parts);
}

/** Labels, bars and numbers. */
function tableOf(rows: readonly Row[]): HTMLElement {
  return make(
    "table",
    {},
    make("caption", { class: "unseen" }, "Each label with its number"),
    make(
      "tbody",
      {},
      ...rows.map(({ label, value, isShare, isGiven }) => {
        const bar = make("span", { class: "bar", "aria-hidden": "true" });
        bar.style.width = `${isShare ? 100 * value : 0}%`;
        const text = isShare ? percent(value) : number(value);
        return make(
          "tr",
          isGiven ? { class: "given" } : {},
          make("th", { scope: "row" }, label),
          make("td", { class: "track" }, bar),
          make("td", {}, make("data", { value: String(value) }, text)),
        );
      }),
    ),
  );
}

function markedText(
  { text, marks }: NonNullable<PageAnswer["marked"]>,
): HTMLElement {
  const parts: (Node | string)[] = [];
  let end = 0;
  for (const mark of marks) {
    const name = make("small", {}, ` ${mark.label}`);
    parts.push(text.slice(end, mark.start));
    parts.push(make("mark", {}, text.slice(mark.start, mark.end), name));
    end = mark.end;
  }
  return make("p", { class: "marked" }, ...parts, text.slice(end));
}

/** The words of each text, with what each adds to the decision. */
function showWords(
  effects: readonly {
    readonly text: string;
    readonly start: number;
    readonly effect: number;
  }[],
  { tokenTypeIds }: Sequence,
  { name }: Decision,
  task: PageTask,
): void {
  byId("decided").textContent = name;
  // Small log-odds are faint even if none is larger; the unit of a value is not known.
  const least = task === "regression" ? 1e-9 : 1;
  const sizes = effects.map(({ effect }) => Math.abs(effect));
  const largest = Math.max(least, ...sizes);
  const names = [...document.querySelectorAll("form label")];
  const texts = Map.groupBy(effects, ({ start }) => tokenTypeIds[start]!);
  byId("effects").replaceChildren(
    ...[...texts].flatMap(([segment, words]) => [
      ...texts.size > 1 ? [make("h3", {}, names[segment]!.textContent)] : [],
      make(
        "ol",
        { class: "words" },
        ...words.map(({ text, effect }) => {
          const sign = effect < 0 ? "−" : "+";
          const size = task === "regression"
            ? number(Math.abs(effect))
            : Math.abs(effect).toFixed(2);
          const item = make(
            "li",
            {
              class: effect < 0 ? "against" : "for",
            },
            `${text} `,
            make("small", {}, sign + size),
          );
          const share = Math.abs(effect) / largest;
          item.style.setProperty("--share", `${(55 * share).toFixed(0)}%`);
          return item;
        }),
      ),
    ]),
  );
}
