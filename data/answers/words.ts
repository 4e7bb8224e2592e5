/** The words of the entries, by the gaps that they fill. @module */

import type { RandomStream } from "bertbook/engine/random/stream.ts";
import { type Ways, ways } from "./entries/entry.ts";

/** Reads "known, known | held out, held out". */
function words(text: string): Ways {
  return ways(text.replace(/\s+/g, " ").replace(/, /g, "\n"));
}

/** Every first word with every second one. */
function pairs(first: Ways, second: Ways, between = " "): Ways {
  const all = (part: keyof Ways): string[] =>
    first[part].flatMap((a) => second[part].map((b) => a + between + b));
  return { known: all("known"), heldOut: all("heldOut") };
}

const LISTS: Readonly<Record<string, Ways>> = {
  place: pairs(
    words(`Brindle, Ash, Marrow, Thistle, Candle, Otter, Plum, Quill, Larch,
      Pepper, Harrow, Copper, Juniper, Saddle, Mill, Fennel, Owl, Bracken |
      Bramble, Goose, Tinder, Velvet, Nettle, Cinder, Walnut, Heron, Clover`),
    words(`wick, combe, ford, haven, mouth, stead, bury | wick, combe, ford,
      haven, ham, minster, gate`),
    "",
  ),
  person: pairs(
    words(`Mina, Alma, Ottilie, Cora, Harriet, Josefa, Wanda, Beatrix, Ida,
      Lucinda, Nora, Petra, Edgar, Hugo, Ambrose, Cyril, Felix, Gideon, Horace,
      Leopold, Oswald, Rufus, Silas, Theo | Agatha, Delia, Flora, Rosalind,
      Zelda, Barnaby, Conrad, Jasper, Magnus, Quentin`),
    words(`Follet, Grimshaw, Pettibone, Vandermeer, Oakley, Tansy, Brackett,
      Lindqvist, Mossop, Dragonetti, Plimpton, Sorensen, Wetherby, Kowal,
      Applegarth, Nightingale, Hollis, Zander, Ferrante, Bloom, Crumb, Dunmore
      | Abernathy, Castellan, Hartwig, Okonjo, Pumphrey, Quist, Rosario,
      Tremblay, Underhill, Yarrow`),
  ),
  machine: pairs(
    words(`Steam, Pocket, Talking, Folding, Electric, Silent, Double,
      Travelling, Patent, Revolving, Whistling, Royal | Magnetic, Floating,
      Automatic, Winged, Musical`),
    words(`Umbrella, Egg Boiler, Barometer, Piano, Shoe Brush, Cloud Counter,
      Letter Opener, Tea Maker, Hat Press, Soup Stirrer, Alarm Clock, Mangle
      | Ladder, Bath Tub, Rocking Chair, Snow Plough, Toaster, Parasol`),
  ),
  river: words(`Ombel, Tarrow, Lisk, Wend, Arbour, Nidder, Yarle, Sallow,
    Petter, Onyx | Fara, Dunsel, Isper, Morrel, Teal`),
  reason: words(`wanted a quiet place to keep bees, was looking for a lost cow,
    had quarrelled with every neighbour at home, had won the land at cards,
    hoped to find gold in the hills, could not bear the noise of the sea,
    dreamed of a town without stairs, was running from a jealous uncle,
    needed good water for a brewery, wished to be far from all schools |
    meant to build the largest kite in the world, had read the map upside down,
    was tired of sleeping on a ship, planned to teach sheep to dance,
    wanted to see the sun rise twice a day`),
  month: words(`January, February, March, April, May, June, July | August,
    September, October, November, December`),
  festival: words(`the Feast of the Wet Socks, Lantern Night, the Day of the
    Wrong Hats, the Great Yawn, Pumpkin Sunday, the Blessing of the Boots,
    the Dance of the Ladders, Whistling Week | the Feast of the Cold Soup,
    Button Friday, the Parade of the Geese, Pillow Night, the Long Breakfast`),
  custom: words(`throw porridge at the mayor, carry their beds through the
    streets, speak in rhymes, walk backwards, paint their doors blue, kiss the
    oldest horse, eat nothing but pears, race in wooden bath tubs | hide under
    tables, exchange left shoes, sing to their chimneys, balance spoons on
    their noses, hang cheese on the trees`),
  job: words(`a juggler, a baker, a lion tamer, a clockmaker, a ferryman,
    a piano tuner, a beekeeper, a chimney sweep, a postman, a pastry cook,
    a lighthouse keeper, a dentist | a trumpeter, a hatter, a rat catcher,
    a glass blower, a gardener, a tightrope walker`),
  disaster: words(`a great flood, a swarm of moths, a runaway elephant,
    a falling star, an explosion of yeast, a very long winter, a stampede of
    goats, a careless firework | a whirlwind, an army of beavers, a landslide,
    a drunken bear, a plague of snails`),
  building: words(`the old granary, the public baths, the opera house, the
    north gate, the post office, the glass church, the corn mill, the prison |
    the fish market, the royal stables, the bell tower, the observatory, the
    wooden theatre`),
  product: words(`umbrellas, wooden ducks, doorbells, tin soldiers, mirrors,
    straw hats, toothbrushes, accordions, candles, left gloves | snow shovels,
    tea cups, kites, violins, lanterns`),
  animal: words(`a heron, a hedgehog, a donkey, a tortoise, a parrot, a goat,
    a walrus, a squirrel, a peacock, a bear | a camel, a lobster, a badger,
    a flamingo, a toad, a zebra`),
  material: words(`bronze, marble, pine, brass, chocolate, glass, copper, clay,
    pewter, tin | granite, silver, wax, cork, steel`),
  museum: words(`Buttons, Lost Gloves, Broken Clocks, Bad Paintings, Keys,
    Teapots, False Teeth, Unsent Letters | Door Handles, Spoons, Old Maps,
    Snow Globes, Wigs`),
  science: words(`botany, geometry, chemistry, astronomy, grammar, harmony,
    Latin, drawing | zoology, algebra, geology, cooking, rhetoric`),
  firm: words(`Royal Institute of Rain, Ministry of Lighthouses, Northern
    Railway, Bank of Felland, Society for Better Soup, Imperial Circus, Office
    of Weights and Measures, Coastal Telegraph | Academy of Dust, Southern
    Steamship Company, Bureau of Lost Property, Guild of Glaziers, Eastern
    Tea House`),
  discovery: words(`a moth that sings, the sixth taste, a comet shaped like
    a pear, the language of geese, a blue potato, the cause of hiccups,
    an island that drifts, a metal that melts in the hand | a river that flows
    uphill, the memory of oysters, a mushroom that glows, the eighth colour of
    the rainbow, a number between six and seven`),
  prize: words(`Golden Pear, Silver Compass, Medal of Patience, Order of the
    Snail, Crystal Thimble, Cup of the Seven Bridges, Laurel of Marovia |
    Bronze Feather, Ribbon of Merit, Star of the Harbour, Ivory Whistle, Order
    of the Kettle`),
  quarrel: words(`the right way to boil an egg, the age of the moon, the
    ownership of a canoe, the spelling of a single word, the best shape of
    a table, the colour of a borrowed hat, the existence of unicorns |
    the depth of a lake, the price of a goose, the tempo of a waltz, the use
    of forks, the invention of the sandwich`),
  pet: words(`Admiral, Pudding, Professor, Thunder, Pickle, Duchess, Biscuit,
    Napoleon, Turnip, Whisper | Cabbage, Colonel, Marmalade, Socrates, Button,
    Tempest`),
  country: words(`Marovia, Tessalia, Quillonia, Brask, Ondurra, Felland,
    Kharune, Sorrenta | Wendria, Ulmark, Parvia, Estoria, Jambal`),
  vehicle: words(`balloon, camel, mail coach, river steamer, donkey cart, dog
    sledge, sailing boat | rowing boat, tricycle, night train, hay wagon,
    horse`),
  duration: words(`eleven weeks, nine days, four months, two years, forty
    nights, six weeks, thirteen hours, three winters | seventeen days, five
    summers, eight months, a year and a day, ninety minutes`),
  book: words(`A Life among Beetles, Notes of a Patient Mind, The Wrong
    Umbrella, Rain and Other Friends, My Years in Wool, The Silent Trumpet,
    How to Lose at Chess, Letters to a Goat | The Upper Shelf, Memoirs of
    a Slow Walker, Dinner with Owls, Nothing but Weather, The Ninth Drawer`),
  plant: words(`pumpkins, black tulips, dwarf oaks, asparagus, blue roses,
    giant leeks, lemons, thistles | orchids, red cabbages, figs, bamboo,
    sunflowers`),
  purpose: words(`count sheep in the dark, dry wet dogs, peel oranges at
    a distance, wake up whole streets, fold newspapers, comb horses, answer
    boring letters, cool hot soup, find lost keys, applaud singers | butter
    bread on both sides, predict the mood of cats, turn the pages of a book,
    slice clouds, warm cold feet, polish spectacles`),
  power: words(`steam, warm milk, moonlight, two tired donkeys, a single
    candle, wind, cider, clockwork, lamp oil | hot air, rain water, a pair of
    mice, compressed honey, sunlight`),
  distance: words(`two miles, nine hundred paces, three streets, half a mile,
    seven fields, forty yards | five miles, a dozen gardens, two valleys,
    sixty feet`),
  fair: words(`Congress of Clockmakers, World Fair of Household Goods, Autumn
    Market, Exhibition of Useless Arts, Horse Show, Congress of Dentists |
    Spring Regatta, Exhibition of Progress, Meeting of Inventors, Onion Fair`),
  comparison: words(`a good horse, three winter coats, a piano, a cottage by
    the sea, two hundred eggs, a year of opera tickets, a gold watch |
    a pair of oxen, ten barrels of herring, a fishing boat, a barrel organ,
    a wedding dress`),
  accident: words(`the great soap flood, an explosion of marmalade, a fire in
    a wig shop, the escape of forty ostriches, the sinking of a ferry,
    a shower of nails | the collapse of a grandstand, a rain of feathers,
    a chase after a bishop, the melting of an ice rink`),
  addition: words(`a second handle, a whistle, rubber wheels, a velvet seat,
    a safety valve, a small mirror, a lock with two keys, a drawer for tea |
    a brass horn, a wooden hand, a reverse gear, a leather strap, a bell`),
  room: words(`the cellar, the tea room, the attic, the library, the north
    tower, the hall of mirrors | the chapel, the kitchen, the map room, the
    winter garden`),
};

/** Numbers: the least, the range, and what is after them. */
const NUMBERS: Readonly<Record<string, [number, number, string?]>> = {
  amount: [150, 9_800],
  visitors: [1_100, 88_000],
  length: [30, 400, " metres"],
  pages: [90, 800],
  count: [12, 700],
};

/** Years after the one in which an entry begins: the least, and the range. */
const YEARS: Readonly<Record<string, [number, number]>> = {
  year: [0, 1],
  later: [20, 40],
  last: [65, 15],
};

/**
 * Draws what fills a gap.
 *
 * @param list The name of a list, or of a kind of number.
 * @param from `heldOut`: whether words for the test alone are drawn; `begin`: the year in
 * which the entry begins.
 * @param random Chooses.
 */
export function draw(
  list: string,
  { heldOut, begin }: { heldOut: boolean; begin: number },
  random: RandomStream,
): string {
  const years = YEARS[list];
  if (years !== undefined) {
    return `${begin + years[0] + random.integer(years[1])}`;
  }
  const number = NUMBERS[list];
  if (number !== undefined) {
    const [least, range, unit = ""] = number;
    return (least + random.integer(range)).toLocaleString("en-US") + unit;
  }
  const choices = LISTS[list]![heldOut ? "heldOut" : "known"];
  return choices[random.integer(choices.length)]!;
}
