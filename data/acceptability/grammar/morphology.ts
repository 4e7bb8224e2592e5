/** English inflection: the regular rules of spelling, and a table of what breaks them. @module */

/** The five forms of a verb. */
export type VerbForms = {
  readonly base: string;
  readonly third: string;
  readonly past: string;
  readonly participle: string;
  readonly progressive: string;
};

/** The two forms of a noun. */
export type NounForms = { readonly singular: string; readonly plural: string };

/** The three degrees of an adjective. */
export type AdjectiveForms = {
  readonly positive: string;
  readonly comparative: string;
  readonly superlative: string;
};

/** base past participle */
const IRREGULAR_VERBS = table(`
  be was been, begin began begun, bite bit bitten, break broke broken, bring brought brought,
  build built built, buy bought bought, catch caught caught, choose chose chosen,
  come came come, cut cut cut, do did done, draw drew drawn, drink drank drunk,
  drive drove driven, eat ate eaten, feed fed fed, feel felt felt, find found found,
  fly flew flown, forget forgot forgotten, give gave given, go went gone, grow grew grown,
  hang hung hung, hear heard heard, hide hid hidden, hold held held, hurt hurt hurt, lose lost lost, meet met met, win won won,
  keep kept kept, kneel knelt knelt, know knew known, leave left left, lend lent lent,
  make made made, mow mowed mown, pay paid paid, put put put, quit quit quit, read read read,
  rebuild rebuilt rebuilt, ride rode ridden, ring rang rung, rewrite rewrote rewritten,
  run ran run, say said said, see saw seen, sell sold sold, send sent sent, shake shook shaken,
  sing sang sung, sleep slept slept, speak spoke spoken, steal stole stolen,
  swear swore sworn, swim swam swum, take took taken, teach taught taught, tear tore torn,
  tell told told, think thought thought, throw threw thrown, wake woke woken,
  wear wore worn, weave wove woven, weep wept wept, write wrote written`);

const IRREGULAR_NOUNS = table(`
  child children, man men, woman women, gentleman gentlemen, policeman policemen,
  policewoman policewomen, businessman businessmen, businesswoman businesswomen,
  salesman salesmen, saleswoman saleswomen, knife knives, scarf scarves, shelf shelves,
  bookshelf bookshelves, wolf wolves, calf calves, goose geese, mouse mice, piano pianos,
  photo photos, studio studios, radio radios, kangaroo kangaroos, video videos, loaf loaves`);

/** Verbs of two syllables that double their last consonant: the stress falls on the last one. */
const DOUBLES = new Set(["admit", "begin", "compel", "forget", "regret"]);

function table(rows: string): ReadonlyMap<string, readonly string[]> {
  const entries = rows.trim().split(/,\s*/).map((row) => row.split(" "));
  return new Map(entries.map(([base, ...forms]) => [base!, forms]));
}

/** Adds -s as nouns and verbs do: box → boxes, city → cities, boy → boys. */
function withS(word: string): string {
  if (/(s|x|z|ch|sh)$/.test(word)) return `${word}es`;
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  if (/(tomat|potat|echo|her|mang)o$/.test(word)) return `${word}es`;
  return `${word}s`;
}

/** Prepares a stem for -ed, -ing or -er: plan → plann, bake → bak. */
function stem(word: string): string {
  const doubled = /^([^aeiou]|qu)*[aeiou][^aeiouwxy]$/.test(word) ||
    DOUBLES.has(word);
  if (doubled) return word + word.at(-1);
  return /[^eo]e$/.test(word) ? word.slice(0, -1) : word;
}

/**
 * Inflects a verb.
 *
 * @param base The infinitive, as "carry".
 * @returns Its forms: carry, carries, carried, carried, carrying.
 */
export function verbForms(base: string): VerbForms {
  const irregular = IRREGULAR_VERBS.get(base);
  const regularPast = /[^aeiou]y$/.test(base)
    ? `${base.slice(0, -1)}ied`
    : base.endsWith("ee")
    ? `${base}d`
    : `${stem(base)}ed`;
  return {
    base,
    third: base === "go" || base === "do" ? `${base}es` : withS(base),
    past: irregular?.[0] ?? regularPast,
    participle: irregular?.[1] ?? regularPast,
    progressive: `${stem(base)}ing`,
  };
}

/**
 * Inflects a noun.
 *
 * @param singular One of them, as "city".
 * @returns Both numbers: city, cities.
 */
export function nounForms(singular: string): NounForms {
  return {
    singular,
    plural: IRREGULAR_NOUNS.get(singular)?.[0] ?? withS(singular),
  };
}

/**
 * Inflects a short adjective.
 *
 * @param positive The plain form, as "happy".
 * @returns Its degrees: happy, happier, happiest.
 */
export function adjectiveForms(positive: string): AdjectiveForms {
  const root = /[^aeiou]y$/.test(positive)
    ? `${positive.slice(0, -1)}i`
    : stem(positive);
  return { positive, comparative: `${root}er`, superlative: `${root}est` };
}
