/** Script of a model's page: reads the fields, shows answers, words and attention. @module */

import { env } from "onnxruntime-web/wasm";
import { tokenizerFromJson } from "../../checkpoint/tokenizer_json.ts";
import {
  drawHeadView,
  HEAD_VIEW_CSS,
} from "../../views/attention/draw_head_view.ts";
import { VIEW_CSS } from "../../views/attention/view_css.ts";
import { HEAD_COLORS } from "../../views/theme.ts";
import type { PageData } from "../page_data.ts";
import {
  answer,
  type PageAnswer,
  type Row,
  type WordEffect,
  wordEffects,
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
const take = (id: string): string => {
  const text = byId(id).textContent!;
  byId(id).remove(); // tens of megabytes
  return text;
};
/** Calls a function for an event; what fails is said. */
const on = (
  target: HTMLElement,
  type: string,
  act: (event: Event) => unknown,
): void =>
  target.addEventListener(type, async (event) => {
    try {
      await act(event);
    } catch (error) {
      fail(error);
    }
  });

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
  const data: PageData = JSON.parse(take("data"));
  const tokenizer = tokenizerFromJson(data.tokenizer, data.addedTokens);
  const model = { ...data, tokenizer };
  const { vocabulary } = tokenizer;
  const packed = ["weights", "runtime"].map((id) => unpack(take(id)));
  const [weights, runtime] = await Promise.all(packed);
  const session = await openSession(weights!, runtime!);
  const isShare = model.task !== "regression";
  const fields = [...document.querySelectorAll("textarea")];
  const choice = byId<HTMLSelectElement>("decision");
  let turn = 0, shown: PageAnswer | undefined;

  async function respond(): Promise<void> {
    const own = ++turn, asked = performance.now();
    const [text, pair] = fields.map(({ value }) => value);
    if (fields.some(({ value }) => value.trim() === "")) return showNothing();
    const found = await answer(model, [text!, pair], session.compute)
      .catch((error) => {
        if (own === turn) showNothing();
        throw error;
      });
    if (own !== turn) return;
    say("");
    shown = found;
    const milliseconds = (performance.now() - asked).toFixed(0);
    const notes = [...found.notes, `Computed in ${milliseconds} ms.`];
    showAnswer(found, notes, isShare);
    const names = found.decisions.map(({ name }) => name);
    choice.replaceChildren(...names.map((name) => make("option", {}, name)));
    await pause();
    if (own === turn) await showAttention(found);
    if (own === turn) await explain();
  }

  async function explain(): Promise<void> {
    const own = ++turn, decision = shown?.decisions[choice.selectedIndex];
    byId("words").hidden = decision === undefined;
    byId("effects").replaceChildren();
    if (shown === undefined || decision === undefined) return;
    byId("decided").textContent = decision.name;
    const { sequence } = shown, effects: WordEffect[] = [];
    for await (
      const each of wordEffects(vocabulary, sequence, decision, session.compute)
    ) {
      if (own !== turn) return;
      effects.push(each);
      byId("progress").textContent = `Reading without “${each.text}”`;
      await pause();
    }
    if (own !== turn) return;
    byId("progress").textContent = "";
    showWords(effects, sequence.tokenTypeIds, isShare);
  }

  async function showAttention({ sequence }: PageAnswer): Promise<void> {
    const { inputIds, tokenTypeIds } = sequence,
      { numLayers, numHeads } = model;
    const isShort = inputIds.length <= VIEWED_TOKENS;
    byId("attention").hidden = false;
    byId("long").hidden = isShort;
    const root = make("div");
    byId("view").replaceChildren(root);
    if (!isShort) return;
    const bytes = (await session.attentionsOf(sequence)).map((weights) =>
      String.fromCharCode(...Array.from(weights, (w) => Math.round(255 * w)))
    );
    drawHeadView(root as never, {
      title: "",
      tokens: inputIds.map((id) => vocabulary.pieces[id]!),
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
    }, `${VIEW_CSS}\n${HEAD_VIEW_CSS}`);
  }

  on(byId("form"), "submit", (event) => {
    event.preventDefault();
    return respond();
  });
  for (const field of fields) {
    on(field, "input", async () => {
      const own = ++turn; // what is under way is of another text
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      if (own === turn) await respond();
    });
    on(field, "keydown", (event) => {
      const { key, ctrlKey, metaKey } = event as KeyboardEvent;
      if (key !== "Enter" || !(ctrlKey || metaKey)) return;
      event.preventDefault();
      return respond();
    });
  }
  on(choice, "change", explain);
  byId("version").textContent = env.versions.web ?? "";
  say(`The model is ready after ${(performance.now() / 1000).toFixed(1)} s.`);
  await respond();
}

function showNothing(): void {
  byId("said").textContent = "…";
  byId("rows").replaceChildren();
  byId("notes").replaceChildren();
  byId("words").hidden = byId("attention").hidden = true;
}

function showAnswer(
  { rows, marked }: PageAnswer,
  notes: readonly string[],
  isShare: boolean,
): void {
  const given = rows.filter(({ isGiven }) => isGiven);
  const [first] = given;
  byId("said").textContent = first === undefined
    ? "none"
    : given.length > 1
    ? given.map(({ label }) => label).join(", ")
    : `${first.label}, ${shownNumber(first.value, isShare)}`;
  byId("notes").replaceChildren(...notes.map((note) => make("p", {}, note)));
  const others = rows.slice(SHOWN_ROWS);
  const summary = make("summary", {}, `${others.length} more`);
  byId("rows").replaceChildren(
    ...marked === undefined ? [] : [markedText(marked)],
    ...rows.length === 0 ? [] : [tableOf(rows.slice(0, SHOWN_ROWS), isShare)],
    ...others.length === 0
      ? []
      : [make("details", {}, summary, tableOf(others, isShare))],
  );
}

/** A probability in per cent, or a value. */
function shownNumber(value: number, isShare: boolean): string {
  if (isShare) return `${(100 * value).toFixed(1)} %`;
  return Math.abs(value) < 0.1 ? value.toPrecision(2) : value.toFixed(2);
}

/** Labels, bars and numbers. */
function tableOf(rows: readonly Row[], isShare: boolean): HTMLElement {
  const lines = rows.map(({ label, value, isGiven }) => {
    const bar = make("span", { class: "bar", "aria-hidden": "true" });
    bar.style.width = `${100 * value}%`;
    const number = shownNumber(value, isShare);
    return make(
      "tr",
      { class: isGiven ? "given" : "" },
      make("th", { scope: "row" }, label),
      ...isShare ? [make("td", { class: "track" }, bar)] : [],
      make("td", {}, make("data", { value: String(value) }, number)),
    );
  });
  const caption = make("caption", { class: "unseen" }, "Labels and numbers");
  return make("table", {}, caption, make("tbody", {}, ...lines));
}

function markedText(
  { text, marks }: NonNullable<PageAnswer["marked"]>,
): HTMLElement {
  let end = 0;
  const parts = marks.flatMap((mark) => {
    const before = text.slice(end, mark.start);
    end = mark.end;
    const name = make("small", {}, ` ${mark.type}`);
    return [before, make("mark", {}, text.slice(mark.start, end), name)];
  });
  return make("p", { class: "marked" }, ...parts, text.slice(end));
}

/** The words of each text, with what each adds to the decision. */
function showWords(
  effects: readonly WordEffect[],
  tokenTypeIds: readonly number[],
  isShare: boolean,
): void {
  // Small log-odds are faint even if none is larger; the unit of a value is not known.
  const sizes = effects.map(({ effect }) => Math.abs(effect));
  const largest = Math.max(isShare ? 1 : 1e-9, ...sizes);
  const names = [...document.querySelectorAll("form label")];
  const texts = Map.groupBy(effects, ({ start }) => tokenTypeIds[start]!);
  const lists = [...texts].flatMap(([segment, words]) => {
    const items = words.map(({ text, effect }) => {
      const size = Math.abs(effect);
      const number = isShare || size < largest / 100
        ? size.toFixed(2)
        : shownNumber(size, isShare);
      const item = make(
        "li",
        {
          class: effect < 0 ? "against" : "for",
        },
        `${text} `,
        make("small", {}, (effect < 0 ? "−" : "+") + number),
      );
      item.style.setProperty("--share", `${55 * size / largest}%`);
      return item;
    });
    const name = make("h3", {}, names[segment]!.textContent!);
    const list = make("ol", { class: "words" }, ...items);
    return texts.size > 1 ? [name, list] : [list];
  });
  byId("effects").replaceChildren(...lists);
}
