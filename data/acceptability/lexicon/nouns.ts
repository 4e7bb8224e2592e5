/** The nouns by what they name, so that verbs and adjectives find sensible company. @module */

import { type NounForms, nounForms } from "../grammar/morphology.ts";
import { entries, type Entry } from "./entry.ts";

/** What a countable noun names. */
export type Kind =
  | "person"
  | "animal"
  | "device"
  | "tool"
  | "clothing"
  | "text"
  | "dish"
  | "produce"
  | "vehicle"
  | "furniture"
  | "building";

export type Gender = "female" | "male";
export type Noun = NounForms & Entry & { readonly kind: Kind };
export type Gendered = NounForms & Entry & { readonly gender: Gender };
export type Name = Entry & { readonly name: string; readonly gender: Gender };
export type Mass = Entry & { readonly mass: string };

const WORDS: Record<Kind, string> = {
  person: `teacher nurse doctor lawyer baker farmer driver student artist
    singer dancer writer pilot soldier tourist painter poet scientist
    engineer librarian musician reporter visitor passenger carpenter
    photographer journalist detective editor professor architect child
    banker senator mayor governor politician athlete swimmer climber hunter
    shepherd customer neurologist chemist clerk pharmacist secretary
    lifeguard biologist firefighter manager economist inventor | tailor
    plumber dentist sailor gardener barber surgeon mechanic butcher jeweler
    translator violinist magician pianist novelist sculptor astronaut
    acrobat`,
  animal: `cat dog horse rabbit parrot cow pony turtle sheepdog kitten
    puppy fox lamb monkey hamster duck goose hen wolf calf elephant | goat
    donkey squirrel camel pigeon owl kangaroo`,
  device: `lamp clock camera phone laptop printer radio telescope kettle
    microscope television fan | flashlight toaster calculator stapler`,
  tool: `key knife umbrella basket lantern hammer mirror bottle candle
    suitcase backpack guitar violin wallet rope | compass ladder trumpet
    bucket drum`,
  clothing: `coat shirt jacket sweater dress skirt hat scarf belt glove
    sock uniform boot raincoat | blouse vest cardigan mitten`,
  text:
    `letter book poem novel article story report essay diary magazine recipe contract
    message postcard textbook | pamphlet memoir biography
    manuscript brochure`,
  dish: `soup cake pizza sandwich pie salad stew pudding pancake curry
    burger muffin | omelet casserole lasagna dumpling`,
  produce: `apple carrot potato onion pear tomato banana peach orange
    lemon melon turnip | cucumber mango radish avocado`,
  vehicle: `car bus truck bicycle minivan tractor van taxi jeep helicopter
    wagon limousine | scooter motorcycle canoe ambulance`,
  furniture: `table chair desk sofa bed shelf piano bench cupboard armchair
    cradle cabinet | wardrobe dresser bookshelf stool`,
  building: `house school church museum hotel library theater villa castle
    hospital bakery station factory cottage tower | lighthouse cathedral
    barn mansion monastery`,
};

/** Countable nouns of each kind. */
export const NOUNS = Object.fromEntries(
  Object.entries(WORDS).map(([kind, words]) => [
    kind,
    entries(words, (word) => ({ ...nounForms(word), kind })),
  ]),
) as Record<Kind, readonly Noun[]>;

const GENDERED_WORDS: Record<Gender, string> = {
  female: `woman girl queen princess waitress actress lady nun
    policewoman businesswoman saleswoman hostess | duchess landlady
    stewardess bride`,
  male: `man boy king prince waiter actor gentleman monk policeman
    businessman salesman wizard | duke landlord groom butler`,
};

/** Nouns that say whether the person is female or male. */
export const GENDERED = (["female", "male"] as const).flatMap((gender) =>
  entries(GENDERED_WORDS[gender], (word): NounForms & { gender: Gender } => ({
    ...nounForms(word),
    gender,
  }))
);

const RELATIVE_WORDS: Record<Gender, string> = {
  female: "| sister aunt grandmother daughter niece stepsister",
  male: "| brother uncle grandfather son nephew stepbrother",
};

/** Members of a family: nouns that are somebody's. */
export const RELATIVES = (["female", "male"] as const).flatMap((gender) =>
  entries(RELATIVE_WORDS[gender], (word): NounForms & { gender: Gender } => ({
    ...nounForms(word),
    gender,
  }))
);

const NAME_WORDS: Record<Gender, string> = {
  female: `Maria Anna Julia Emma Laura Sarah Alice Clara Diana Helen
    Karen Linda Nancy Olivia Paula Rachel Susan Vanessa Amy Barbara Carol
    Donna Elena Hannah Jane Kate Lucy Nora Rosa Sophie Victoria Margaret
    Rebecca Ellen Ruth Sandra | Gloria Judith Teresa Beatrice Irene Wendy
    Fiona Monica Martha Esther Deborah Caroline`,
  male: `Paul Peter David Daniel Thomas Robert Simon Andrew Brian
    Carlos Edward George Henry Ivan Jack Kevin Louis Martin Oscar Patrick
    Richard Samuel Steven Victor Walter William Adam Bruce Charles Eric
    Felix Gary Harold James Joseph Leo | Gregory Vincent Hector Albert
    Raymond Nathan Theodore Douglas Leonard Philip Curtis Stanley`,
};

/** First names whose bearer is known to be female or male. */
export const NAMES = (["female", "male"] as const).flatMap((gender) =>
  entries(
    NAME_WORDS[gender],
    (name): { name: string; gender: Gender } => ({ name, gender }),
  )
);

/** Nouns that are not counted. */
export const MASS: readonly Mass[] = entries(
  `| cheese sugar butter flour honey pasta juice soap sand furniture luggage jewelry equipment
  clothing wood wool glue pepper salt gasoline`,
  (mass) => ({ mass }),
);
