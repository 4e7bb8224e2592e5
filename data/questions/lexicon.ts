/** The words of the questions, by the company they keep. @module */

/** Words that fill the same gap. */
export type Words = {
  /** For all parts of the corpus. */
  readonly known: readonly string[];
  /** For test questions only. */
  readonly heldOut: readonly string[];
};

/** Reads "known, known | held out, held out". */
function words(text: string): Words {
  const [known = [], heldOut = []] = text.replace(/\s+/g, " ").split("|")
    .map((part) => part.split(",").map((word) => word.trim()));
  return { known, heldOut };
}

/** The words of several lists. */
function all(...lists: readonly Words[]): Words {
  return {
    known: lists.flatMap(({ known }) => known),
    heldOut: lists.flatMap(({ heldOut }) => heldOut),
  };
}

const scientist = words(`Johannes Kepler, Marie Curie, Michael Faraday, Ada
  Lovelace, Gregor Mendel, Lise Meitner, Carl Linnaeus, Antoine Lavoisier,
  Alan Turing, Rosalind Franklin | Niels Bohr, Emmy Noether, Robert Hooke,
  Dmitri Mendeleev, Hypatia`);
const painter = words(`Frida Kahlo, Claude Monet, Jan Vermeer, Edvard Munch,
  Paul Klee, Berthe Morisot, Francisco Goya | Gustav Klimt, Edgar Degas,
  Joan Miro`);
const composer = words(`Clara Schumann, Joseph Haydn, Antonio Vivaldi,
  Edvard Grieg, Scott Joplin, Giuseppe Verdi | Bela Bartok, Erik Satie, Jean
  Sibelius`);
const writer = words(`Virginia Woolf, Leo Tolstoy, Mary Shelley, Mark Twain,
  Selma Lagerlof, Victor Hugo, Emily Bronte, Anton Chekhov | George Eliot,
  Herman Melville, Pablo Neruda, Toni Morrison`);
const explorer = words(`Ferdinand Magellan, Roald Amundsen, Marco Polo,
  David Livingstone, Vitus Bering, Freya Stark | Abel Tasman, Henry Hudson,
  Ibn Battuta`);

/** The words that a template asks for by name. */
export const LEXICON = {
  scientist,
  painter,
  composer,
  writer,
  explorer,
  person: all(scientist, painter, composer, writer, explorer),
  country: words(`Norway, Portugal, Kenya, Peru, Vietnam, Poland, Morocco,
    Chile, Ireland, Finland, Egypt, Bolivia, Greece, Nepal, Senegal,
    Denmark, Colombia, Thailand | Iceland, Ecuador, Hungary, Tunisia, Laos,
    Uganda, Belgium`),
  city: words(`Lisbon, Nairobi, Krakow, Valencia, Bergen, Hanoi, Lyon,
    Dublin, Osaka, Cusco, Tampere, Marrakesh, Gdansk, Cork, Salzburg, Oaxaca
    | Ghent, Porto, Sapporo, Turin, Arequipa, Uppsala`),
  region: words(`Scandinavia, the Balkans, West Africa, South America, the
    Caribbean, Central Asia, the Alps | Oceania, Eastern Europe, East
    Africa, the Andes`),
  river: words(`the Danube, the Mekong, the Zambezi, the Loire, the Orinoco,
    the Volga, the Shannon | the Elbe, the Ganges, the Yukon, the Tagus`),
  mountain: words(`Kilimanjaro, Mont Blanc, Aconcagua, Ben Nevis, Mount
    Olympus, Chimborazo | Mount Etna, Annapurna, the Matterhorn`),
  building: words(`the Eiffel Tower, the Colosseum, the Taj Mahal, the
    Alhambra, the Hagia Sophia, the Golden Gate Bridge, the Great Wall of
    China, the Sydney Opera House | the Louvre, the Brooklyn Bridge, the
    Kremlin, the Pont du Gard`),
  book: words(`War and Peace, Frankenstein, Middlemarch, Don Quixote,
    Wuthering Heights, The Jungle Book, Candide | Dracula, Robinson Crusoe,
    Anna Karenina, Mrs. Dalloway`),
  music: words(`The Four Seasons, Carmen, The Magic Flute, Peer Gynt, The
    Nutcracker, Maple Leaf Rag | Aida, Bolero, The Planets`),
  painting: words(`Guernica, The Night Watch, The Scream, Water Lilies, The
    Milkmaid | The Kiss, The Third of May`),
  invention: words(`the telescope, the steam engine, the light bulb, the
    printing press, the sewing machine, the telegraph, the bicycle,
    dynamite, the barometer, the stapler | the zipper, the microscope, the
    parachute, the ballpoint pen, the lawn mower`),
  machine: words(`a refrigerator, a jet engine, a microwave oven, a lock, a
    pump, a submarine, a compass, a hot-air balloon, a hearing aid | a solar
    cell, a piano, a vaccine, a photocopier, a thermostat`),
  animals: words(`bees, elephants, whales, puffins, spiders, lizards, owls,
    salmon, beavers, swallows | dolphins, camels, ants, wolves, crickets`),
  animal: words(`a tortoise, a polar bear, an elephant, a parrot, a
    crocodile, a hedgehog, an ostrich | a whale, a cheetah, a swan, a
    kangaroo`),
  habit: words(`sleep in winter, sing at night, live in groups, return every
    year, hide from the light | travel so far, change their color, hunt
    together`),
  concept: words(`photosynthesis, inflation, symbiosis, gravity, democracy,
    feudalism, magnetism, hibernation, pasteurization, nationalism, insomnia
    | friction, evaporation, capitalism, jet lag, hypnosis, radioactivity`),
  thing: words(`a sextant, an oxymoron, a sonnet, a leap year, a black hole,
    a glacier, a mortgage, a haiku, a tariff, an isotope, a trade wind | a
    comet, a fjord, a veto, a catalyst, a fugue, a watermark`),
  phenomenon: words(`earthquakes, rainbows, hurricanes, tides, thunder,
    hiccups, dew, hay fever | fog, avalanches, sunburn, eclipses, yawning`),
  oddWord: words(`ubiquitous, frugal, ambiguous, quixotic, meticulous,
    candid, serene, obsolete | pragmatic, verbose, nostalgic, benevolent`),
  chore: words(`remove a wine stain, sharpen a knife, tie a bow tie, fold a
    map, prune a rose, bake bread, clean silver, tune a guitar, apply for a
    passport | patch a tire, grow tomatoes, peel a mango, knit a sock, write
    a will`),
  event: words(`the French Revolution, the Industrial Revolution, the Black
    Death, the First World War, the Boston Tea Party, the California Gold
    Rush, the Great Fire of London | the Russian Revolution, the Crimean
    War, the Hundred Years War, the Great Depression`),
  letters: words(`NATO, UNESCO, DNA, FIFA, HTTP, VAT, UNICEF, OPEC, GPS,
    RAM, AIDS, ISBN, CPU, LED, ASCII, GDP, BBC, IMF | MRI, NASA, PDF, ATM,
    SMS, RSVP, UFO, IQ, HTML, CIA`),
  longName: words(`the European Union, kilometer, the United Nations,
    Doctor, milligram, limited liability company, the Olympic Committee,
    Friday, chief executive officer, miles per hour, carbon dioxide |
    kilogram, the World Bank, New Zealand, horsepower, Saint, October`),
  placeKind: words(`river, city, island, country, mountain, port, province |
    lake, village, volcano, valley, town, desert`),
  personKind: words(`painter, composer, king, inventor, explorer, president,
    novelist, actor | poet, queen, astronaut, architect, philosopher,
    general, chemist`),
  groupKind: words(`company, team, club, university | orchestra, parliament,
    band, airline`),
  thingKind: words(`animal, metal, fruit, instrument, bird, drink, plant,
    toy | spice, fish, tree, flower, vegetable, gem, fabric, insect`),
  customKind: words(`sport, dance, language, dish, song | board game,
    festival, cheese, religion`),
  largest: words(`largest, oldest, smallest, most famous, most beautiful |
    biggest, most remote, most popular`),
  richest: words(`richest, oldest, most famous, greatest | youngest, most
    popular, most admired`),
  rarest: words(`rarest, heaviest, most expensive, most common, oldest, most
    unusual | strangest, most valuable, most useful, smallest`),
  unit: words(`tall, old, wide | broad, spacious`),
  tribute: words(`is named after, owes its name to, was discovered by, was
    made famous by | still celebrates, honors`),
  counted: words(`people, islands, provinces, airports, universities,
    languages, newspapers, bridges | rivers, national parks, lakes, mayors,
    museums`),
  amount: words(`population, area, average temperature, unemployment rate,
    highest elevation | birth rate, annual rainfall, life expectancy`),
  food: words(`paella, borscht, ratatouille, tempura, goulash, couscous |
    gazpacho, curry, tiramisu`),
  goods: words(`a liter of milk, a first-class stamp, a ton of steel, a
    barrel of oil, a subway ticket | an ounce of gold, a loaf of bread, a
    driving license`),
} as const satisfies Record<string, Words>;

/** The name of a list. */
export type Gap = keyof typeof LEXICON;
