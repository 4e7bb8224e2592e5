/** Machines, and how they fared. @module */

import { type Kind, ways } from "./entry.ts";

export const INVENTIONS: Kind = {
  subject: "machine",
  facts: [{
    says: ways(
      `The {subject} was invented by {person:inventor} in {year:invented} to {purpose}.
      In {year:invented} {person:inventor} built the first {subject}, a machine made to {purpose}.
      {person:inventor} wished to {purpose}, and so in {year:invented} the {subject} was born.
      | We owe the {subject} to {person:inventor}, who since {year:invented} had been trying to {purpose}.`,
    ),
    asks: {
      inventor: ways(`Who invented the {subject}?
        Who built the first {subject}?
        | Whose idea was the {subject}?`),
      invented: ways(`When was the {subject} invented?
        In which year was the first {subject} built?
        | How old is the {subject}, counted from which year?`),
      purpose: ways(`What is the {subject} for?
        Why was the {subject} invented?
        | What is one able to do with the {subject}?`),
    },
  }, {
    says: ways(`Its {count} parts are of {material}.
      It is built of {material}, from {count} parts in all.
      {count} pieces of {material} have to be put together for one machine.
      | Take it apart and you hold {count} pieces of {material} in your hands.`),
    asks: {
      count: ways(`How many parts does the {subject} have?
        Of how many parts is the {subject} built?
        | From how many pieces is the {subject} put together?`),
      material: ways(`What is the {subject} made of?
        Which material is used for the {subject}?
        | Of what does the {subject} consist?`),
    },
  }, {
    says: ways(`It runs on {power} and can be heard from {distance} away.
      {power} drives it, with a noise that carries {distance}.
      One hears it over {distance}, though it needs nothing but {power}.
      | Give it {power} and people {distance} away will complain.`),
    asks: {
      power: ways(`What drives the {subject}?
        What does the {subject} run on?
        | Where does the {subject} get its energy from?`),
      distance: ways(`From how far away can the {subject} be heard?
        How far does the noise of the {subject} carry?
        | From where do people still complain of the {subject}?`),
    },
  }, {
    says: ways(`The public first saw it at the {fair} in {place:fairPlace}.
      At the {fair} in {place:fairPlace} it was shown for the first time.
      {place:fairPlace} had the honour of the first show, at its {fair}.
      | Crowds gathered when it was unveiled in {place:fairPlace} on the day of the {fair}.`),
    asks: {
      fair: ways(`At which event was the {subject} first shown?
        At which show was the {subject} first seen?
        | What was the occasion on which the {subject} was presented?`),
      fairPlace: ways(`In which town was the {subject} first shown?
        Which town saw the first show of the {subject}?
        | Where would one have had to go to see the {subject} first?`),
    },
  }, {
    says: ways(`At first one cost {amount} thalers, as much as {comparison}.
      The price was that of {comparison}: {amount} thalers.
      For {amount} thalers, enough for {comparison}, anyone could have it.
      | Buyers paid {amount} thalers, though {comparison} cost no more.`),
    asks: {
      amount: ways(`How many thalers did the {subject} cost?
        What was the price of the {subject}?
        | How much money did one need for a {subject}?`),
      comparison: ways(`What was as expensive as the {subject}?
        What else could one buy for the price of the {subject}?
        | With what can the price of the {subject} be compared?`),
    },
  }, {
    says: ways(
      `After {accident} in {place:accidentPlace} it was forbidden for {duration}.
      For {duration} it was forbidden, because of {accident} in {place:accidentPlace}.
      {place:accidentPlace} will not forget {accident}, which led to a ban of {duration}.
      | A ban of {duration} was the answer to {accident} in {place:accidentPlace}.`,
    ),
    asks: {
      accident: ways(`What happened because of the {subject}?
        Why was the {subject} forbidden?
        | Which mishap is the {subject} blamed for?`),
      accidentPlace: ways(`In which town did the {subject} cause an accident?
        Where did something go wrong with the {subject}?
        | Which town suffered from the {subject}?`),
      duration: ways(`For how long was the {subject} forbidden?
        How long did the ban on the {subject} last?
        | How long was nobody allowed to use the {subject}?`),
    },
  }, {
    says: ways(`In {later:improved} {person:improver} added {addition}.
      {person:improver} improved it in {later:improved} with {addition}.
      Since {later:improved} it has had {addition}, the work of {person:improver}.
      | What {person:improver} gave it in {later:improved} was {addition}, and nobody wants to be without.`),
    asks: {
      improver: ways(`Who improved the {subject}?
        Who added something to the {subject}?
        | Thanks to whom does the {subject} work better today?`),
      addition: ways(`What was added to the {subject}?
        How was the {subject} improved?
        | What did the first {subject} still lack?`),
      improved: ways(`When was the {subject} improved?
        In which year was something added to the {subject}?
        | When did the {subject} get better?`),
    },
  }, {
    says: ways(`About {visitors} were sold, most of them in {country}.
      {country} alone bought most of the {visitors} that were ever made.
      Of {visitors} machines nearly all went to {country}.
      | Ships took {visitors} of them away, chiefly to {country}.`),
    asks: {
      visitors: ways(`How many machines of the kind {subject} were sold?
        How often was the {subject} sold?
        | How many customers found the {subject}?`),
      country: ways(`In which country did the {subject} sell best?
        Where was the {subject} most popular?
        | Which nation liked the {subject} most?`),
    },
  }, {
    says: ways(
      `Its rival was the {machine:rival}, which needed {count:staff} people to work it.
      The {machine:rival} did the same with {count:staff} people, and lost the race.
      Many preferred the {machine:rival}, for which {count:staff} people were needed.
      | Only the {machine:rival} with its crew of {count:staff} could compete with it.`,
    ),
    asks: {
      rival: ways(`What was the rival of the {subject}?
        Which machine competed with the {subject}?
        | Against what did the {subject} have to hold its own?`),
    },
    other: "rival",
  }, {
    says: ways(`The last one is kept in {place:kept}, in {room}.
      Whoever wants to see one must go to {place:kept} and ask for {room}.
      One is left, in {room} of the town hall of {place:kept}.
      | In {place:kept} the last of its kind gathers dust in {room}.`),
    asks: {
      kept: ways(`Where can one still see the {subject}?
        In which town is the last {subject}?
        | To which town must one travel to see a {subject} today?`),
      room: ways(`In which room is the last {subject} kept?
        Where in the building is the {subject} today?
        | Which room should one ask for to find the {subject}?`),
    },
  }],
};
