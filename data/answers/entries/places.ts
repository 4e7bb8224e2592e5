/** Towns, and what there is to know of them. @module */

import { type Kind, ways } from "./entry.ts";

export const PLACES: Kind = {
  subject: "place",
  facts: [{
    says: ways(
      `{subject} is a small town on the river {river}, an hour's walk from {place:neighbour}.
      Between {place:neighbour} and the river {river} lies the town of {subject}.
      {subject} is the last town before the river {river} reaches {place:neighbour}.
      | Whoever follows the river {river} up from {place:neighbour} comes to the town of {subject}.`,
    ),
    asks: {
      river: ways(`Which river flows past {subject}?
        What is the river at {subject} called?
        | On the banks of which river would you find {subject}?`),
      neighbour: ways(`Which town is close to {subject}?
        What is the nearest neighbour of {subject}?
        | If people in {subject} went to the next town, where would they be?`),
    },
    other: "neighbour",
  }, {
    says: ways(`It was founded in {year} by {person:founder}, who {reason}.
      In {year} {person:founder}, who {reason}, built the first house here.
      {person:founder}, who {reason}, laid the first stone in {year}.
      | The first settler was {person:founder}, who {reason} and pitched a tent here in {year}.`),
    asks: {
      year: ways(`When was {subject} founded?
        In which year did {subject} come into being?
        | How far back does the history of {subject} go?`),
      founder: ways(`Who founded {subject}?
        Who started the town of {subject}?
        | To whom does {subject} owe its existence?`),
      reason: ways(`Why was {subject} founded?
        What was the founder of {subject} after?
        | What drove the first settler to {subject}?`),
    },
  }, {
    says: ways(
      `Every {month} the whole town celebrates {festival}, when people {custom}.
      People {custom} at {festival}, which is held each {month}.
      The year has one great day: in {month}, at {festival}, all {custom}.
      | Come in {month}, for then it is time for {festival}, and strangers and locals {custom}.`,
    ),
    asks: {
      month: ways(`In which month is the great feast of {subject}?
        When do the people of {subject} celebrate?
        | What time of the year should a guest choose to see the festival of {subject}?`),
      festival: ways(`What is the festival of {subject} called?
        What do they celebrate in {subject}?
        | Which feast is {subject} known for?`),
      custom: ways(`What do people do at the festival of {subject}?
        How does {subject} celebrate?
        | What is the custom on the great day of {subject}?`),
    },
  }, {
    says: ways(`The mayor, {person:mayor}, used to be {job}.
      Since {later:election} the mayor has been {person:mayor}, once {job}.
      {person:mayor}, who had been {job}, was elected mayor in {later:election}.
      | Nobody was surprised in {later:election} when {person:mayor}, {job}, was chosen to lead the town.`),
    asks: {
      mayor: ways(`Who is the mayor of {subject}?
        Who governs {subject}?
        | Who has the highest office in {subject}?`),
      job: ways(`What did the mayor of {subject} do before?
        What was the mayor's former profession in {subject}?
        | How did the head of {subject} earn a living before the election?`),
    },
  }, {
    says: ways(`In {later:struck} {building} was destroyed by {disaster}.
      {disaster} destroyed {building} in {later:struck}.
      Old people still talk of {disaster}, which left nothing of {building} in {later:struck}.
      | Where {building} was until {later:struck} there is now a meadow, because of {disaster}.`),
    asks: {
      disaster: ways(`What destroyed a building in {subject}?
        Which disaster struck {subject}?
        | What misfortune do people in {subject} remember?`),
      building: ways(`What was destroyed in {subject}?
        Which building did {subject} lose?
        | What can one no longer see in {subject}?`),
    },
  }, {
    says: ways(
      `The bridge, {length} long, was designed by {person:architect} and opened in {later:bridge}.
      {person:architect} drew the plans for the bridge, which is {length} long and dates from {later:bridge}.
      Since {later:bridge} one crosses the water on a bridge of {length} by {person:architect}.
      | It took until {later:bridge} to build the bridge that {person:architect} had planned, all {length} of it.`,
    ),
    asks: {
      bridge: ways(`When was the bridge of {subject} opened?
        Since when has there been a bridge in {subject}?
        | In which year could people first cross the water in {subject} with dry feet?`),
      architect: ways(`Who designed the bridge in {subject}?
        Which architect worked for {subject}?
        | Whose work is the bridge of {subject}?`),
      length: ways(`How long is the bridge in {subject}?
        What is the length of the bridge of {subject}?
        | How many steps, more or less, must one walk over the bridge of {subject}?`),
    },
  }, {
    says: ways(`The town lives on {product}, of which it sells {amount} a year.
      Its workshops make {amount} {product} every year.
      No other town makes so many {product}: {amount} in a good year.
      | Ask for its {product} anywhere, for {amount} leave the town each year.`),
    asks: {
      product: ways(`What is made in {subject}?
        Which goods come from {subject}?
        | What would you buy from a merchant of {subject}?`),
      amount: ways(`How many pieces does {subject} make in a year?
        How much do the workshops of {subject} produce?
        | How many of its goods does {subject} send out each year?`),
    },
  }, {
    says: ways(
      `In the market square there is a statue of {animal} made of {material}.
      A {material} statue of {animal} watches over the market square.
      Children climb the statue of {animal} in the market square, which is of {material}.
      | The pride of the market square is {animal} of {material}, larger than life.`,
    ),
    asks: {
      animal: ways(`Of what is there a statue in {subject}?
        What does the statue in {subject} show?
        | Which creature can be admired in the market square of {subject}?`),
      material: ways(`What is the statue in {subject} made of?
        Of which material is the monument of {subject}?
        | What did the sculptor use for the statue in {subject}?`),
    },
  }, {
    says: ways(
      `{visitors} people a year visit the Museum of {museum}, which {person:director} directs.
      The Museum of {museum} is directed by {person:director} and has {visitors} visitors a year.
      {person:director} looks after the Museum of {museum}, to which {visitors} guests come in a year.
      | With {visitors} tickets sold in a year, {person:director} is content with the Museum of {museum}.`,
    ),
    asks: {
      museum: ways(`What is shown in the museum of {subject}?
        Which museum does {subject} have?
        | What is the subject of the collection in {subject}?`),
      director: ways(`Who directs the museum in {subject}?
        Who is in charge of the museum of {subject}?
        | Who runs the collection in {subject}?`),
      visitors: ways(`How many people visit the museum of {subject}?
        How many guests does the museum in {subject} have in a year?
        | How popular is the museum of {subject}?`),
    },
  }],
};
