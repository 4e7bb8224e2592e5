/** The names of the entities, and the other words that fill templates. @module */

/** Words that fill the same gap. */
export type Words = {
  /** For all parts of the corpus. */
  readonly known: readonly string[];
  /** For test sentences only. */
  readonly heldOut: readonly string[];
};

/** Reads "known, known | held out, held out". */
function words(text: string): Words {
  const [known = [], heldOut = []] = text.replace(/\s+/g, " ").split("|")
    .map((part) => part.split(",").map((word) => word.trim()));
  return { known, heldOut };
}

/** Words that no part has for itself. */
function shared(text: string): Words {
  const { known } = words(text);
  return { known, heldOut: known };
}

/** Names that anything may have: a person, a place, an organisation or a product. */
const ANY = words(`Marlow, Preston, Hudson, Chester, Lincoln, Wells, Barton,
  Carlisle, Huxley, Mercer, Ashby, Bristow, Halifax, Denby, Kendal, Morley,
  Whitby, Stroud, Dalton, Harlow, Selby, Winslow, Hartley, Milton, Langley, Tilbury
  | Buxton, Clifton, Melrose, Newbury, Rugby, Thornton, Wexford, Burnley,
  Stafford, Kingsley, Ripley, Sutton, Bedford, Colby`);

/** First names; some are words with a meaning, too. */
const FIRST = words(`Ada, Bruno, Clara, Doris, Edgar, Flora, Gustav, Harriet,
  Igor, Juno, Lionel, Mabel, Nora, Otto, Petra, Quentin, Rosalind, Silas, Tilda,
  Ursula, Victor, Wanda, Yusuf, Zelda, Amir, Priya, Kenji, Basil, Olive, Robin,
  Hazel, Ivy, Poppy, Martin | Agatha, Boris, Cosima, Dexter, Esme, Fergus, Gideon,
  Hester, Ivo, Leopold, Minnie, Nadia, Oswald, Phoebe, Rufus, Sunita, Heather,
  Daisy, Fern, Jay`);

/** What an entity may be called: `{any}` and `{first}` are names of these lists. */
export const FORMS = {
  PER: shared(
    `{first}, {first} {any}, {first} {any}, {first} {any}, {any}, {any}`,
  ),
  /** A person that has a first name, for sentences that anything could be in. */
  NAME: shared(`{first}, {first} {any}, {first} {any}`),
  LOC: words(`{any}, {any}, {any}, {any}, Port {any}, Upper {any}, {any} Bay,
    North {any}, {any} Heights, Puddlewick, Snorebridge, Mudford, Crumbleby,
    Owlsbury, Fogmouth | {any}, {any}, {any}, Port {any}, Lower {any}, {any} Green,
    South {any}, Picklebury, Yawnmouth, Drizzleford, Gooseham`),
  ORG: words(
    `{any}, {any}, {any}, {any}, {any} & Sons, {any} & {any}, {any} Biscuits,
    University of {any}, Radio {any}, {any} United, {any} Airways,
    {first} {any} Limited, Grumble, Nimbus | {any}, {any}, {any}, {any} & Daughters,
    {any} & {any}, {any} Pickles, College of {any}, Radio {any}, {any} Rovers,
    {first} {any} Limited, Blunder, Zephyr`,
  ),
  /** An organisation whose name says that it is one. */
  FIRM: words(`{any} & Sons, {any} & {any}, {any} Biscuits, University of {any},
    {any} Airways | {any} & Daughters, {any} & {any}, {any} Pickles, College of {any},
    {any} Rovers`),
  PROD: words(
    `{any}, {any}, {any}, {any} 3000, {any} Turbo, {any} Mini, Wonderbroom,
    Gigakettle, Snoozomatic, Spoonpod | {any}, {any}, {any}, {any} 4000,
    {any} Turbo, {any} Deluxe, Crumbzilla, Ultramop, Napmaker, Whistlebox`,
  ),
} as const satisfies Record<string, Words>;

/** The words that a template, or a form, asks for by name. */
export const LEXICON = {
  any: ANY,
  first: FIRST,
  plural: words(
    `otters, teapots, penguins, umbrellas, sausages, beavers, pancakes,
    trombones, snails, cucumbers, hedgehogs, balloons, ladders, turnips
    | walruses, doughnuts, accordions, pigeons, radishes`,
  ),
  plant: words(`basil, hazel, ivy, poppy, moss, mint | heather, fern, clover`),
  bird: words(`robin, martin, seagull, duck | jay, pigeon`),
  job: words(`baker, juggler, plumber, lighthouse keeper, beekeeper, pirate,
    librarian, goat herder, magician | clown, fortune teller, cheese taster`),
  relative: shared(`aunt, grandfather, sister, uncle, mother, cousin`),
  day: shared(`Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday`),
  number: shared(`two, three, seven, eleven, forty, 12, 99, 300`),
} as const satisfies Record<string, Words>;
