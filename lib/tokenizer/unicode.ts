/**
 * Unicode's character classes as Python's `tokenizers` 0.23.3 has them.
 *
 * Its tables are those of Unicode 8 (of 9 for `StripAccents`, of 12 for decompositions),
 * JavaScript's those of today. A punctuation mark that has been added since is a letter to
 * Python; so it is here, for a model has never seen it as anything else. The lists of
 * what is later were made by asking Python for every character; where a range is broad,
 * the characters in between are of another class.
 *
 * @module
 */

/** What Unicode has added to each class since, in the notation of regular expressions. */
export const LATER = {
  format: "\\u0890-\\u08E2\\u{110CD}-\\u{1343F}",
  nonspacingMarks: "\\u07FD\\u0897-\\u08E1\\u09FE\\u0AFA-\\u0AFF\\u0B55" +
    "\\u0C04-\\u0C3C\\u0D00\\u0D3B-\\u0D3C\\u0D81\\u0EBA\\u0ECE\\u180F-\\u1886" +
    "\\u1ABF-\\u1ACE\\u1DF6-\\u1DFB\\uA82C\\uA8C5\\uA8FF\\uA9BD\\u{10D24}-\\u{10F85}" +
    "\\u{11070}-\\u{11074}\\u{110C2}\\u{111C9}\\u{111CF}\\u{1123E}-\\u{11241}" +
    "\\u{1133B}\\u{113BB}-\\u{1145E}\\u{1182F}-\\u{1612F}\\u{16F4F}\\u{16FE4}" +
    "\\u{1CF00}-\\u{1CF46}\\u{1E000}-\\u{1E5EF}\\u{1E944}-\\u{1E94A}",
  marks: "\\u07FD\\u0897-\\u08D3\\u09FE\\u0AFA-\\u0AFF\\u0B55\\u0C04-\\u0C3C" +
    "\\u0CF3-\\u0D00\\u0D3B-\\u0D3C\\u0D81\\u0EBA\\u0ECE\\u1715\\u180F" +
    "\\u1ABF-\\u1ACE\\u1CF7\\u1DF6-\\u1DFA\\uA82C\\uA8FF\\u{10D24}-\\u{10F85}" +
    "\\u{11070}-\\u{11074}\\u{110C2}\\u{11145}-\\u{11146}\\u{111C9}" +
    "\\u{111CE}-\\u{111CF}\\u{11241}\\u{1133B}\\u{113B8}-\\u{113E2}\\u{1145E}" +
    "\\u{1182C}-\\u{11A99}\\u{11D31}-\\u{1612F}\\u{16F4F}\\u{16F7F}-\\u{16F87}" +
    "\\u{16FE4}-\\u{16FF1}\\u{1CF00}-\\u{1CF46}\\u{1E08F}-\\u{1E5EF}",
  punctuation: "\\u061D\\u09FD-\\u0A76\\u0C77-\\u0C84\\u1B4E-\\u1B4F" +
    "\\u1B7D-\\u1B7F\\u2E43-\\u2E5D\\u{10D6E}-\\u{10F89}\\u{113D4}-\\u{1145D}" +
    "\\u{11660}-\\u{116B9}\\u{1183B}-\\u{11FFF}\\u{12FF1}-\\u{12FF2}" +
    "\\u{16D6D}-\\u{16FE2}\\u{1E5FF}-\\u{1E95F}",
  canonical: "\\u{105C9}\\u{105E4}\\u{11383}\\u{11385}\\u{1138E}\\u{11391}" +
    "\\u{113C5}\\u{113C7}\\u{113C8}\\u{11938}\\u{16121}-\\u{16128}" +
    "\\u{16D68}-\\u{16D6A}",
  compatibility: "\\u32FF\\uA7F2-\\uA7F4\\uAB69\\u{10781}-\\u{10785}" +
    "\\u{10787}-\\u{107B0}\\u{107B2}-\\u{107BA}\\u{1CCD6}-\\u{1CCF9}" +
    "\\u{1E030}-\\u{1E06D}\\u{1F16C}\\u{1FBF0}-\\u{1FBF9}",
} as const;

/**
 * Characters without a shape: controls except tab and line ends, invisible
 * format characters (zero-width, direction marks), private use, lone
 * surrogates, NUL and the replacement character.
 */
export const SHAPELESS = new RegExp(
  `[[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\uFFFD]--[\\t\\n\\r${LATER.format}]]`,
  "gv",
);

/** Han characters, written without spaces between words; U+2B820 to U+2B91F are not. */
export const HAN = "\\u3400-\\u4DBF\\u4E00-\\u9FFF\\uF900-\\uFAFF" +
  "\\u{20000}-\\u{2A6DF}\\u{2A700}-\\u{2B73F}\\u{2B740}-\\u{2B81F}" +
  "\\u{2B920}-\\u{2CEAF}\\u{2F800}-\\u{2FA1F}";

/** One of them. */
export const IDEOGRAPH = new RegExp(`[${HAN}]`, "gu");

/** Marks without a width: accents after decomposition. */
export const NONSPACING_MARK = new RegExp(
  `[[\\p{Mn}\\u1734\\u{1171E}]--[${LATER.nonspacingMarks}]]`,
  "gv",
);

/** Marks of any width. */
export const MARK = new RegExp(
  `[[\\p{M}\\u1CF2\\u1CF3]--[${LATER.marks}]]`,
  "gv",
);

/** Unicode's punctuation, later one too, and the ASCII symbols such as `$` and `^`. */
export const PUNCTUATION = "\\p{P}!-/:-@\\[-`{-~\\u166D\\u{111C9}";

/** Letters, marks, digits and connectors: `\w` of Rust's regular expressions; a class. */
export const LETTER = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}";

/** A normalization form of Unicode. */
export type NormalizationForm = "NFC" | "NFD" | "NFKC" | "NFKD";

/** What stays as it is in a form; composing takes in nothing new. */
const UNCHANGED: Partial<Record<NormalizationForm, RegExp>> = {
  NFD: new RegExp(`([${LATER.canonical}])`, "u"),
  NFKC: new RegExp(`([${LATER.compatibility}])`, "u"),
  NFKD: new RegExp(`([${LATER.canonical}${LATER.compatibility}])`, "u"),
};

/**
 * Lower-cases every character alone: JavaScript writes ς for a capital sigma at the end of
 * a word, Python's `tokenizers` σ.
 *
 * @param text Any text.
 * @returns The text in lower case.
 */
export function lowerCaseOf(text: string): string {
  return text.replaceAll("Σ", "σ").toLowerCase();
}

/**
 * Brings a text into a normalization form.
 *
 * @param text Any text.
 * @param form The form.
 * @returns The text, composed or decomposed.
 */
export function normalizationOf(text: string, form: NormalizationForm): string {
  const unchanged = UNCHANGED[form];
  if (!unchanged?.test(text)) return text.normalize(form);
  return text.split(unchanged)
    .map((part, i) => i % 2 === 1 ? part : part.normalize(form)).join("");
}
