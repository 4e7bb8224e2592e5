/** Templates: questions with gaps that the lexicon fills. @module */

/** The templates of one coarse class, by its fine classes. */
export type ClassTemplates = {
  /** Li and Roth's code of the coarse class. */
  readonly code: string;
  /** Fine class → templates for all parts of the corpus. */
  readonly known: Readonly<Record<string, readonly string[]>>;
  /** Fine class → templates for test questions only. */
  readonly heldOut: Readonly<Record<string, readonly string[]>>;
};
