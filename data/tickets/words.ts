/** The words that fill the gaps of the templates. @module */

/** Words that fill the same gap. */
export type Words = {
  /** For both files. */
  readonly known: readonly string[];
  /** For test tickets only. */
  readonly heldOut: readonly string[];
};

/** Reads "known, known | held out, held out"; without a bar, all are in both. */
function words(text: string): Words {
  const [known = [], heldOut = known] = text.replace(/\s+/g, " ").split("|")
    .map((part) => part.split(",").map((word) => word.trim()));
  return { known, heldOut };
}

const PRODUCTS = words(
  `kettle, desk lamp, radio, camera, speaker, coffee machine,
    kitchen scale, heater, doorbell, vacuum cleaner, keyboard, router, headset,
    wall clock | toaster, thermostat, projector, printer, humidifier, watch,
    hair dryer, monitor`,
);

/** Each gap and its words. */
export const LEXICON = {
  product: PRODUCTS,
  other: PRODUCTS,
  money: words(`12 euros, 19.90, 30 dollars, 45 pounds, 8.50, 99 euros
    | 27 euros, 64.90, 110 dollars, 5.20`),
  day: words(`Monday, Tuesday, Wednesday, Thursday, Friday, Saturday`),
  time: words(`last week, two weeks ago, in March, yesterday, last month
    | in October, a month ago, the day before yesterday`),
  number: words(`two, three, five, six, ten | four, seven, eight, nine`),
} as const satisfies Record<string, Words>;

/** First names, for the ends of tickets. */
export const NAMES = words(
  `Ada, Bruno, Clara, Doris, Edgar, Flora, Harriet, Igor,
  Juno, Kenji, Lionel, Mabel, Nora, Otto, Petra, Priya, Quentin, Silas, Tilda,
  Ursula, Victor, Wanda, Yusuf, Zelda | Agatha, Boris, Cosima, Dexter, Esme,
  Fergus, Gideon, Hester, Leopold, Minnie, Nadia, Oswald, Phoebe, Rufus, Sunita`,
);
