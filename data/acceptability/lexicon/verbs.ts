/** The verbs by the company that they keep: no object, one object, a clause, a preposition. @module */

import { type VerbForms, verbForms } from "../grammar/morphology.ts";
import { entries, type Entry } from "./entry.ts";
import type { Kind } from "./nouns.ts";

export type Verb = VerbForms & Entry;
export type Transitive = Verb & {
  readonly objects: readonly Kind[];
  /** Whether it is never said without its object, not even where that is understood. */
  readonly strict: boolean;
};
/** A verb and the words that follow it: "swim" and "in the lake". */
export type Activity = Verb & { readonly tail: string };

/** Verbs that need an object, by the kinds of thing that it may be. */
const TRANSITIVE_WORDS: readonly (readonly [objects: string, verbs: string])[] =
  [
    [
      "person",
      `greet thank invite blame avoid welcome ignore insult comfort contact support surprise |
    congratulate console befriend flatter annoy`,
    ],
    ["person animal", "rescue protect | pursue"],
    ["person building", "admire mention"],
    ["animal", "catch chase pet | tame frighten"],
    ["tool", "hold carry | grab"],
    [
      "tool device clothing text vehicle furniture dish produce",
      "buy | purchase",
    ],
    ["tool device clothing text", "find | locate misplace"],
    ["tool device clothing text dish produce", "bring"],
    ["tool device clothing text dish produce", "receive discard | fetch"],
    ["tool device furniture vehicle clothing", "examine | damage"],
    ["device furniture vehicle", "fix dismantle repair | inspect"],
    ["tool clothing furniture", "remove"],
    ["clothing", "wear"],
    ["clothing dish furniture", "| ruin"],
    ["text", "discuss quote rewrite | memorize"],
    ["text building", "describe praise"],
    ["dish", "taste make | devour"],
    ["produce", "| weigh"],
    ["building vehicle", "| abandon"],
    ["building", "construct restore | demolish"],
  ];

/** Verbs whose object may now and then be understood: "she bought early". */
const LENIENT = new Set(
  "bring buy purchase receive quote rewrite repair inspect examine hold carry pet taste memorize"
    .split(" "),
);

/** Verbs with an object. */
export const TRANSITIVE: readonly Transitive[] = TRANSITIVE_WORDS.flatMap(
  ([kinds, verbs]) => {
    const objects = kinds.split(" ") as Kind[];
    return entries(
      verbs,
      (verb) => ({ ...verbForms(verb), objects, strict: !LENIENT.has(verb) }),
    );
  },
);

/** Things that happen to or are done by one person and take no object. */
export const INTRANSITIVE: readonly Verb[] = entries(
  `sleep laugh smile arrive sneeze faint snore vanish disappear hesitate
  kneel tremble blush cough apologize complain frown | yawn giggle shiver
  sob weep`,
  verbForms,
);

const activity = (words: string): VerbForms & { tail: string } => {
  const [base, ...tail] = words.split(" ");
  return { ...verbForms(base!), tail: tail.join(" ") };
};

/** What people do as a habit and without an object. */
export const HOBBIES: readonly Activity[] = entries(
  `sing in the choir, swim in the lake, jog in the park, shop at the market,
  work in the garden, study at the kitchen table, dance in the square, walk
  along the river, chat in the hallway, run around the block, rest on the
  porch, play in the yard | pray in the chapel, meditate in the attic,
  gossip at the salon, exercise at the gym`,
  activity,
);

/** What people do as a habit, with an object. */
export const PASTIMES: readonly Activity[] = entries(
  `play the piano, drink coffee, read the newspaper, watch television, speak
  Spanish, eat fish, write letters, feed the birds, play chess, bake bread,
  drink tea, clean the kitchen, visit museums, water the plants, sell
  flowers, drive the truck, cook rice, teach English | brew beer, collect
  stamps, paint portraits, mow the lawn, knit sweaters, weave baskets`,
  activity,
);

/** Reflexive actions with what makes them likely. */
export const SELF_ACTIONS: readonly Activity[] = entries(
  `blame for the accident, hurt in the kitchen, see in the mirror, introduce
  to the guests, describe in the letter, defend in court, praise in the
  interview, photograph in the park, lock in the bathroom, prepare for the
  exam, hide behind the curtain, embarrass at the party, cut with the knife,
  burn on the stove, criticize after the concert | injure during the race,
  congratulate after the match, scratch with a needle, soak in the fountain,
  disguise for the ball`,
  activity,
);

/** Verbs whose past tense and participle differ, with an object. */
export const STRONG_PASTIMES: readonly Activity[] = entries(
  `write the letter, break the vase, steal the statue, eat the cake, drive the tractor,
  wear the uniform, choose the curtains, see the parade, draw the map, drink the lemonade,
  hide the present, forget the password, throw the ball, tear the envelope, sing the anthem,
  ride the pony, shake the bottle, take the medicine, fly the kite, grow the roses,
  speak the truth, ring the bell, give the speech, begin the lesson, do the laundry`,
  activity,
);

/** Verbs that give something to somebody, in both orders of their objects. */
export const GIVING: readonly Verb[] = entries(
  "give send show lend offer hand sell mail bring",
  verbForms,
);

/** Verbs that tell something, but only "to" somebody. */
export const TELLING: readonly Verb[] = entries(
  "explain describe announce reveal mention disclose clarify",
  verbForms,
);

/** What one may or may not have done in a lifetime. */
export const EXPERIENCES: readonly Activity[] = entries(
  `visit Paris, ride a bull, see a whale, eat oysters, climb a mountain, win a prize, lose a key,
  break a promise, fly a kite, drive a truck, write a poem, sing in public, play the harp,
  swim in the ocean, sleep in a tent, miss a train, meet a president, wear a wig, catch a fish,
  cook lobster, plant a tree, build a boat, read the constitution, speak on the radio`,
  activity,
);
