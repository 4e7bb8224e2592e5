/** The tables: tickets with labels, some of them wrong, and what is right. @module */

import {
  type RandomStream,
  randomStream,
} from "bertbook/engine/random/stream.ts";
import {
  type Category,
  CONTEXTS,
  ENDINGS,
  REQUESTS,
  type Templates,
} from "./templates.ts";
import { LEXICON, NAMES } from "./words.ts";

/** A row of a table. */
type Ticket = { customer: string; message: string; category: string };

const SEED = 2021; // the year of the paper on confident learning
const TRAIN = 510, TEST = 300;
/** The share of the training labels that are wrong. */
const WRONG = 0.12;
/** A customer writes this many tickets at most. */
const PER_CUSTOMER = 6;

const CATEGORIES = Object.keys(REQUESTS) as Category[];

/** Words that lead to a class in haste. */
const HINTS: Readonly<Record<Category, RegExp>> = {
  billing: /charge|paid|pay|invoice|card|price|money|refund|bill/i,
  shipping: /parcel|deliver|courier|order|track|box|arrive/i,
  technical: /app\b|website|page|update|work|error|broken|phone|manual/i,
};

/**
 * Builds the three files; the same bytes every time.
 *
 * @returns Their texts by name: the tables for training and testing, and the lines of the
 * former whose label is wrong, with the right one.
 */
export function buildCorpus(): Record<string, string> {
  const seen = new Set<string>();
  const train = ticketsOf(TRAIN, "known", randomStream(SEED, 0), seen);
  const test = ticketsOf(TEST, "heldOut", randomStream(SEED, 1), seen);
  const labelled = mislabel(train, randomStream(SEED, 2));
  const { rows, right } = addOddRows(labelled, train);
  const wrong = rows.flatMap((row, i) =>
    row.category === "" || row.category.toLowerCase() === right[i]
      ? []
      : [{ line: String(i + 2), category: right[i]! }]
  );
  return {
    "tickets.csv": csv(rows),
    "test.csv": csv(test),
    "wrong_labels.csv": csv(wrong),
  };
}

/** Tickets of all classes, as many of each, in random order; no text occurs twice. */
function ticketsOf(
  count: number,
  part: keyof Templates,
  random: RandomStream,
  seen: Set<string>,
): Ticket[] {
  const tickets: Omit<Ticket, "customer">[] = [];
  // All templates in turn, in a new order each time: none is missing.
  const turns: Record<string, string[]> = {};
  const next = (name: string, templates: readonly string[]): string => {
    if (!turns[name]?.length) turns[name] = random.shuffle([...templates]);
    return turns[name].pop()!;
  };
  while (tickets.length < count) {
    const category = CATEGORIES[tickets.length % CATEGORIES.length]!;
    const request = next(category, REQUESTS[category][part]);
    const context = next("context", CONTEXTS[part]);
    const before = random.uniform() < 0.5 ? [context] : [];
    const after = random.uniform() < 0.3 ? [next("end", ENDINGS)] : [];
    const message = fill(
      [...before, request, ...after].join(" "),
      part,
      random,
    );
    if (seen.has(message)) continue;
    seen.add(message);
    tickets.push({ message, category });
  }
  return withCustomers(random.shuffle(tickets), part, random);
}

/**
 * Fills the gaps of a template; a gap that occurs twice has the same word, and
 * `{other}` is another product than `{product}`.
 *
 * @param template Sentences of `templates.ts`.
 * @param part Whose words.
 * @param random Chooses the words.
 * @returns The text.
 */
export function fill(
  template: string,
  part: keyof Templates,
  random: RandomStream,
): string {
  const used: Record<string, string> = {};
  return template.replace(/\{(\w+)\}/g, (_, gap: string) => {
    const words = LEXICON[gap as keyof typeof LEXICON][part]
      .filter((word) => !Object.values(used).includes(word));
    return used[gap] ??= words[random.integer(words.length)]!;
  });
}

/** Gives tickets in a row to one customer, who signs all or none of them. */
function withCustomers(
  tickets: readonly Omit<Ticket, "customer">[],
  part: keyof Templates,
  random: RandomStream,
): Ticket[] {
  const customers: { id: string; signs: string; left: number }[] = [];
  const first = part === "known" ? 100 : 500;
  for (const _ of tickets) {
    if ((customers.at(-1)?.left ?? 0) > 0) {
      customers.push({
        ...customers.at(-1)!,
        left: customers.at(-1)!.left - 1,
      });
      continue;
    }
    const number = first + new Set(customers.map(({ id }) => id)).size;
    const names = NAMES[part];
    const name = names[random.integer(names.length)]!;
    const signs = random.uniform() < 0.3 ? ` ${name}` : "";
    const left = random.integer(PER_CUSTOMER);
    customers.push({ id: `C${number}`, signs, left });
  }
  const owners = random.shuffle(customers);
  return tickets.map(({ message, category }, i) => (
    { customer: owners[i]!.id, message: message + owners[i]!.signs, category }
  ));
}

/** Labels some tickets in haste: by a word of another class, or at random. */
function mislabel(tickets: readonly Ticket[], random: RandomStream): Ticket[] {
  const chosen = random.shuffle([...tickets.keys()])
    .slice(0, Math.round(WRONG * tickets.length));
  const labelled = [...tickets];
  for (const i of chosen) {
    const { message, category } = tickets[i]!;
    const others = CATEGORIES.filter((each) => each !== category);
    const hinted = others.filter((each) => HINTS[each].test(message));
    const from = hinted.length > 0 ? hinted : others;
    labelled[i] = {
      ...tickets[i]!,
      category: from[random.integer(from.length)]!,
    };
  }
  return labelled;
}

/** Adds what real tables have: empty cells, a label in capitals, rows that occur twice. */
function addOddRows(
  labelled: readonly Ticket[],
  tickets: readonly Ticket[],
): { rows: Ticket[]; right: string[] } {
  const rows = [...labelled], right = tickets.map(({ category }) => category);
  const insert = (at: number, row: Ticket, category: string): void => {
    rows.splice(at, 0, row);
    right.splice(at, 0, category);
  };
  const isRight = (i: number): boolean => rows[i]!.category === right[i];
  const find = (from: number, category: string): number =>
    rows.findIndex((_, i) => i >= from && isRight(i) && right[i] === category);
  const capital = find(60, "billing");
  rows[capital] = { ...rows[capital]!, category: "Billing" };
  insert(41, { ...rows[20]!, message: "" }, "shipping");
  insert(187, {
    ...rows[150]!,
    message: "Hello? Is anybody there?",
    category: "",
  }, "");
  const same = find(230, "technical");
  insert(302, rows[same]!, "technical");
  // The same ticket, labelled in two ways.
  const twice = find(90, "shipping");
  insert(377, { ...rows[twice]!, category: "billing" }, "shipping");
  return { rows, right };
}

/** A table as CSV: cells with commas or quotes are quoted. */
function csv(rows: readonly Readonly<Record<string, string>>[]): string {
  const cell = (text: string): string =>
    /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const lines = [Object.keys(rows[0]!), ...rows.map(Object.values)];
  return lines.map((cells) => `${cells.map(cell).join(",")}\n`).join("");
}
