/** Eight little worlds, each with its own words, and the words that all share. @module */

/** The words of one world. No word of these lists stands in another world. */
export type Theme = {
  readonly people: readonly string[];
  readonly places: readonly string[];
  readonly things: readonly string[];
  readonly animals: readonly string[];
  /** What is done to a thing, in the past tense. */
  readonly actions: readonly string[];
};

const words = (text: string): string[] => text.split(" ");

/** The worlds by name. */
export const THEMES: Readonly<Record<string, Theme>> = {
  sea: {
    people: words("sailor fisher captain"),
    places: words("harbour beach island lighthouse"),
    things: words("boat net anchor sail rope"),
    animals: words("gull seal crab dolphin"),
    actions: words("mended hauled launched"),
  },
  farm: {
    people: words("farmer shepherd milkmaid"),
    places: words("barn meadow stable field"),
    things: words("cart bucket plough fence gate"),
    animals: words("cow sheep goat hen"),
    actions: words("painted washed pushed"),
  },
  school: {
    people: words("teacher pupil librarian"),
    places: words("classroom library playground hall"),
    things: words("book poem map letter song"),
    animals: words("hamster parrot turtle mouse"),
    actions: words("read opened copied"),
  },
  kitchen: {
    people: words("cook baker waiter"),
    places: words("kitchen cellar bakery pantry"),
    things: words("bread soup pie jam cake"),
    animals: words("cat beetle moth cricket"),
    actions: words("warmed served shared"),
  },
  forest: {
    people: words("ranger hunter woodcutter"),
    places: words("forest clearing cabin valley"),
    things: words("axe lantern tent basket drum"),
    animals: words("bear fox owl deer"),
    actions: words("found cleaned hid"),
  },
  garden: {
    people: words("gardener florist beekeeper"),
    places: words("garden greenhouse orchard pond"),
    things: words("rose seed hedge tulip pear"),
    animals: words("bee frog snail sparrow"),
    actions: words("planted watered trimmed"),
  },
  workshop: {
    people: words("carpenter smith clockmaker"),
    places: words("workshop shed forge attic"),
    things: words("hammer clock chair knife wheel"),
    animals: words("spider dog rat pigeon"),
    actions: words("repaired polished sharpened"),
  },
  mountain: {
    people: words("climber guide hermit"),
    places: words("summit cave glacier ridge"),
    things: words("sledge boot compass pick flag"),
    animals: words("eagle wolf hare marmot"),
    actions: words("carried raised tied"),
  },
};

/** First names, by the pronoun that stands for them. */
export const NAMES: Readonly<Record<"she" | "he", readonly string[]>> = {
  she: words("Anna Clara Emma Ida Lena Maya Nora Rosa Sofia Vera"),
  he: words("Adam Ben Carl David Felix Hugo Leo Max Oscar Tom"),
};

/** What a thing may be. */
export const QUALITIES: readonly string[] = words(
  "old new heavy small red blue broken lost",
);

/** What an animal may be at first, and in the end. */
export const MOODS: readonly (readonly [before: string, after: string])[] = [
  ["sad", "happy"],
  ["hungry", "full"],
  ["tired", "awake"],
  ["frightened", "brave"],
  ["angry", "calm"],
];

/** When things happen. */
export const TIMES: readonly string[] = words(
  "morning evening day night winter summer",
);
