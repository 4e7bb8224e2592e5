/** Five little worlds, each with its own words, and the words that all share. @module */

/** The words of one world. No word of these lists occurs in another world. */
export type Theme = {
  readonly people: readonly string[];
  readonly places: readonly string[];
  readonly things: readonly string[];
  readonly animals: readonly string[];
  /** What is done to a thing, in the present tense. */
  readonly actions: readonly string[];
};

const words = (text: string): string[] => text.split(" ");

/** The worlds by name. */
export const THEMES: Readonly<Record<string, Theme>> = {
  sea: {
    people: words("sailor fisher"),
    places: words("harbour beach island"),
    things: words("boat net anchor"),
    animals: words("gull seal crab"),
    actions: words("mends hauls"),
  },
  farm: {
    people: words("farmer shepherd"),
    places: words("barn meadow stable"),
    things: words("cart bucket plough"),
    animals: words("cow sheep goat"),
    actions: words("paints washes"),
  },
  school: {
    people: words("teacher pupil"),
    places: words("classroom library playground"),
    things: words("book poem map"),
    animals: words("hamster parrot turtle"),
    actions: words("reads opens"),
  },
  forest: {
    people: words("ranger hunter"),
    places: words("forest clearing cabin"),
    things: words("axe lantern tent"),
    animals: words("bear fox owl"),
    actions: words("finds cleans"),
  },
  garden: {
    people: words("gardener florist"),
    places: words("garden greenhouse orchard"),
    things: words("rose seed hedge"),
    animals: words("bee frog snail"),
    actions: words("plants waters"),
  },
};

/** First names, by their pronoun. */
export const NAMES: Readonly<Record<"she" | "he", readonly string[]>> = {
  she: words("Anna Clara Emma Ida Lena"),
  he: words("Adam Ben Carl David Leo"),
};

/** What an animal may be at first, and in the end. */
export const MOODS: readonly (readonly [before: string, after: string])[] = [
  ["sad", "happy"],
  ["hungry", "full"],
  ["tired", "awake"],
  ["frightened", "brave"],
  ["angry", "calm"],
];
