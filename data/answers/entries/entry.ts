/** Entries of an invented encyclopedia: what they may say, and what may be asked. @module */

/** Sentences or questions; those after the bar are for the test alone. */
export type Ways = {
  readonly known: readonly string[];
  readonly heldOut: readonly string[];
};

/** A sentence with gaps, and questions for what fills them. */
export type Fact = {
  /** Ways to say it; `{gap}` is filled from a list of words. */
  readonly says: Ways;
  /** Ways to ask for each gap; gaps that are not here are never asked for. */
  readonly asks: Readonly<Record<string, Ways>>;
  /** The gap that names something else of the same kind. */
  readonly other?: string;
};

/** One kind of entry. */
export type Kind = {
  /** The list of words for the title of an entry. */
  readonly subject: string;
  /** The facts; an entry has some of them. The first one introduces it. */
  readonly facts: readonly Fact[];
};

/** Reads "known; known | held out" of one line each. */
export function ways(text: string): Ways {
  const [known = [], heldOut = []] = text.split("|").map((part) =>
    part.split("\n").map((line) => line.trim()).filter((line) => line !== "")
  );
  return { known, heldOut };
}
