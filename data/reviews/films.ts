/** Films that nobody has made: what they are, who is in them, what happens. @module */

/** Kinds of film; each follows "this" or "a". */
export const KINDS: readonly string[] = [
  "heist film",
  "courtroom drama",
  "ghost story",
  "road movie",
  "space adventure",
  "family comedy",
  "romance",
  "war drama",
  "musical",
  "western",
  "thriller",
  "detective story",
  "fantasy film",
  "sports drama",
  "cooking comedy",
  "submarine thriller",
];

/** People whom a film may follow. */
export const HEROES: readonly string[] = [
  "a retired lighthouse keeper",
  "a young cello teacher",
  "two rival bakers",
  "a night nurse",
  "a forger with a bad conscience",
  "three sisters",
  "a widowed train driver",
  "a village doctor",
  "a bored museum guard",
  "an army cook",
  "a shy translator",
  "a boy and his grandfather",
  "a taxi driver",
  "a failed magician",
  "a pair of deaf twins",
  "a geologist",
  "an honest locksmith",
  "a radio announcer",
  "a beekeeper",
  "a former boxer",
];

/** What they do; each follows the people, in a form that fits one and many. */
export const DEEDS: readonly string[] = [
  "who must cross a frozen lake before nightfall",
  "who inherited a hotel that nobody can find on a map",
  "who found a suitcase full of letters under the floor",
  "who agreed to hide a stranger for one week",
  "who tried to win back a lost orchard",
  "who heard a voice on a telephone line cut years ago",
  "who took the wrong boat on the last day of summer",
  "who promised to deliver a piano across the mountains",
  "who had one night to empty a flooded archive",
  "who swore never to speak about the fire",
  "who met the same passenger on every train",
  "who set out to prove that a bridge was sabotaged",
  "who opened a restaurant in an abandoned station",
  "who lost a bet about the height of a tower",
  "who kept a secret for the whole harbour",
  "who came home to a town without clocks",
];

/** Where it happens. */
export const PLACES: readonly string[] = [
  "on a small northern island",
  "in a mining town",
  "in a crowded harbour city",
  "at the edge of a desert",
  "in a boarding school",
  "during a long strike",
  "on a night ferry",
  "in the last days of an old empire",
  "in a valley that is about to be flooded",
  "aboard a research station",
  "in a suburb like any other",
  "behind the scenes of a circus",
];

/** Sentences that judge nothing. */
export const ASIDES: readonly string[] = [
  "I saw it on a rainy Tuesday with my sister.",
  "The cinema was half full.",
  "It runs for a little over two hours.",
  "The story is told in three parts, each with a heading.",
  "Most of it takes place in a single house.",
  "A friend lent me the disc last winter.",
  "There are subtitles for two of the scenes.",
  "I have not read the novel that it is based on.",
  "The middle part jumps back ten years.",
  "It was shown late at night on a regional channel.",
  "I watched it twice, the second time with my parents.",
  "The film begins with a wedding and ends with a funeral.",
  "A train, a letter and a dog all matter more than one would think.",
  "Much of it was shot in winter.",
  "There is a narrator, whom we meet only once.",
  "The second half moves to the coast.",
  "My neighbour had warned me about the length.",
  "Two of the actors also wrote the songs.",
  "It is the third film by the same director.",
  "We talked about it all the way home.",
  "The poster shows a scene that is not in the film.",
  "I will not give away who wrote the letters.",
  "Somebody behind me laughed and somebody else wept.",
  "The copy that I saw was a little dark.",
];
