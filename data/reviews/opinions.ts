/** What can be said for and against the parts of a film. @module */

/** A part of a film, with words that praise it and words that blame it. */
export type Aspect = {
  /** Subjects that take "is". */
  readonly subjects: readonly string[];
  readonly praise: readonly string[];
  readonly blame: readonly string[];
};

/** The parts. Every adjective follows "is". */
export const ASPECTS: readonly Aspect[] = [
  {
    subjects: [
      "the lead",
      "the supporting actor",
      "the villain",
      "the young star",
    ],
    praise: ["superb", "convincing", "charming", "perfectly chosen", "moving"],
    blame: ["wooden", "miscast", "irritating", "lifeless", "unconvincing"],
  },
  {
    subjects: ["the script", "the story", "the plot"],
    praise: ["clever", "original", "gripping", "coherent", "surprising"],
    blame: ["predictable", "confused", "silly", "full of holes", "stale"],
  },
  {
    subjects: ["the dialogue", "the writing", "the humour"],
    praise: ["witty", "sharp", "natural", "wonderfully dry", "warm"],
    blame: ["clumsy", "forced", "flat", "embarrassing", "tired"],
  },
  {
    subjects: ["the pace", "the editing", "the first hour", "the middle part"],
    praise: ["brisk", "well judged", "absorbing", "confident", "exciting"],
    blame: ["sluggish", "tedious", "choppy", "dull", "exhausting"],
  },
  {
    subjects: ["the music", "the score", "the sound"],
    praise: ["beautiful", "haunting", "subtle", "a delight", "unforgettable"],
    blame: ["intrusive", "grating", "far too loud", "cheap", "monotonous"],
  },
  {
    subjects: ["the camera work", "the lighting", "the scenery", "the look"],
    praise: ["gorgeous", "striking", "inventive", "elegant", "breathtaking"],
    blame: ["ugly", "drab", "shaky", "careless", "murky"],
  },
  {
    subjects: ["the ending", "the last scene", "the final twist"],
    praise: ["satisfying", "touching", "brilliant", "well earned", "powerful"],
    blame: ["ridiculous", "a cheat", "disappointing", "pointless", "rushed"],
  },
  {
    subjects: ["the direction", "the staging of the big scenes", "the opening"],
    praise: ["assured", "imaginative", "precise", "masterly", "lively"],
    blame: ["heavy-handed", "aimless", "amateurish", "timid", "messy"],
  },
];

/**
 * Frames for one judgment: `{s}` is the subject, `{w}` a word that says what the
 * frame says, `{o}` a word for the opposite, which the frame denies.
 */
export const JUDGMENTS: readonly string[] = [
  "{S} is {w}.",
  "{S} is quite {w}.",
  "I found that {s} is {w}.",
  "To me {s} is {w} from the first minute.",
  "{S} is {w}, and nobody can argue with that.",
  "{S} is {w} and also {v}.",
  "{S} is not {o} at all.",
  "{S} is never {o}.",
  "{S} is anything but {o}.",
  "I was told that {s} is {o}. It is not.",
  "Those who say that {s} is {o} must have seen another film.",
  "Nobody could call this {o}: {s} is {w}.",
  "I expected that {s} would be {o}, and I was wrong.",
];

/** Frames for two judgments that go against each other; `{t}` is another subject. */
export const CONTRASTS: readonly string[] = [
  "{S} is {w}, but {t} is {x}.",
  "While {s} is {w}, {t} is {x}.",
  "Although {t} is {x}, {s} is {w}.",
  "{S} is {w}; it is a different matter with {t}, which is {x}.",
];
