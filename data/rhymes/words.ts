/** The words of the rhymes, each with one way to be said in a line of four beats. @module */

/** Words with the same ending: the place that ends the first line, the thing found in the second. */
export type Family = {
  readonly places: readonly string[];
  readonly things: readonly string[];
};

/** Families by the sound that they share. */
export const FAMILIES: Readonly<Record<string, Family>> = {
  ee: { places: ["sea", "tree"], things: ["bee", "key", "pea"] },
  ell: { places: ["well", "dell"], things: ["bell", "shell"] },
  all: { places: ["hall", "wall"], things: ["ball", "shawl"] },
  oat: { places: ["boat", "moat"], things: ["coat", "goat", "note"] },
  ocks: { places: ["rocks", "docks"], things: ["fox", "box"] },
  ore: { places: ["door", "shore"], things: ["boar", "drawer"] },
  ed: { places: ["bed", "shed"], things: ["sled", "thread"] },
  ay: { places: ["bay", "hay"], things: ["sleigh", "tray", "jay"] },
  ing: { places: ["spring", "swing"], things: ["ring", "string", "wing"] },
  ill: { places: ["hill", "mill"], things: ["quill", "frill"] },
  ook: { places: ["brook", "nook"], things: ["book", "hook", "rook"] },
  ain: { places: ["lane", "train"], things: ["crane", "cane", "chain"] },
};

/** Who the rhyme is about, by the pronoun that takes up the noun. */
export const PEOPLE: Readonly<
  Record<"he" | "she" | "they", readonly string[]>
> = {
  he: ["king", "boy", "cook", "duke", "frog"],
  she: ["queen", "girl", "cat", "hen", "witch"],
  they: ["mice", "bears", "twins", "ducks", "geese"],
};

/** What belongs to him, to her, to them. */
export const POSSESSIVES = { he: "his", she: "her", they: "their" } as const;

/** How somebody is. */
export const MOODS: readonly string[] = [
  "sleepy",
  "hungry",
  "little",
  "merry",
  "lonely",
  "clever",
  "jolly",
  "lazy",
  "gentle",
  "dusty",
  "noisy",
  "silly",
];

/** When, said in two syllables. */
export const TIMES: readonly string[] = [
  "one day",
  "one night",
  "at dawn",
  "at noon",
  "in May",
  "last week",
];

/** What somebody did somewhere. */
export const DEEDS: readonly string[] = [
  "sat by",
  "slept near",
  "danced round",
  "stood by",
  "walked past",
  "hid near",
  "ran round",
  "played by",
];

/** What somebody did with a thing. */
export const FINDS: readonly string[] = [
  "found",
  "saw",
  "bought",
  "lost",
  "drew",
  "sold",
];

/** How a thing is; none begins with a vowel, because "a" comes before it. */
export const LOOKS: readonly string[] = [
  "golden",
  "silver",
  "shiny",
  "wooden",
  "painted",
  "purple",
  "magic",
  "rusty",
  "famous",
  "tiny",
];
