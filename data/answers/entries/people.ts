/** People, and what became of them. @module */

import { type Kind, ways } from "./entry.ts";

export const PEOPLE: Kind = {
  subject: "person",
  facts: [{
    says: ways(
      `{subject} was born in {year:birth} in {place:birthplace}, the child of {job:parent}.
      The life of {subject} began in {year:birth} in {place:birthplace}, in the house of {job:parent}.
      {subject}, the child of {job:parent}, came into the world in {place:birthplace} in {year:birth}.
      | In {year:birth} {job:parent} in {place:birthplace} had a child and called it {subject}.`,
    ),
    asks: {
      birth: ways(`When was {subject} born?
        In which year did the life of {subject} begin?
        | What is the year of birth of {subject}?`),
      birthplace: ways(`Where was {subject} born?
        Which town does {subject} come from?
        | What is the home town of {subject}?`),
      parent: ways(`What was the profession of {subject}'s parent?
        Whose child was {subject}?
        | What was the work of {subject}'s mother or father?`),
    },
  }, {
    says: ways(`At school {person:teacher} taught the child {science}.
      {person:teacher}, a teacher of {science}, was the first to see the talent.
      It was {person:teacher} who gave the lessons in {science} that decided everything.
      | Without the lessons in {science} by {person:teacher} the world would know less.`),
    asks: {
      teacher: ways(`Who taught {subject}?
        Who was the teacher of {subject}?
        | Who first noticed what {subject} was able to do?`),
      science: ways(`What did {subject} learn at school?
        Which subject was {subject} taught?
        | In what did {subject} have lessons?`),
    },
    other: "teacher",
  }, {
    says: ways(`The first post was that of {job} with the {firm}.
      The {firm} gave the young talent work as {job}.
      For a while the {firm} needed {job}, and that was a beginning.
      | A career began at the {firm}, which was looking for {job}.`),
    asks: {
      job: ways(`What was the first job of {subject}?
        As what did {subject} begin to work?
        | How did {subject} earn money at first?`),
      firm: ways(`Who was the first employer of {subject}?
        For whom did {subject} work at first?
        | Where did {subject} find a first post?`),
    },
  }, {
    says: ways(
      `The year {later:found} brought fame, with the discovery of {discovery}.
      In {later:found} came the discovery of {discovery}, and with it fame.
      All know the great deed of {later:found}: the discovery of {discovery}.
      | What all had missed until {later:found} was suddenly plain: {discovery}.`,
    ),
    asks: {
      discovery: ways(`What did {subject} discover?
        For which discovery is {subject} famous?
        | What did {subject} find out?`),
    },
  }, {
    says: ways(`The {prize} followed in {later:prized}, worth {amount} thalers.
      In {later:prized} a jury awarded the {prize}, with a purse of {amount} thalers.
      A purse of {amount} thalers came with the {prize} of {later:prized}.
      | At a dinner in {later:prized} there was the {prize}, and {amount} thalers in a bag.`),
    asks: {
      prize: ways(`Which prize did {subject} win?
        What award did {subject} receive?
        | With which honour was {subject} distinguished?`),
      prized: ways(`When did {subject} get a prize?
        In which year was {subject} given an award?
        | When was {subject} honoured?`),
      amount: ways(`How much money did {subject} win?
        How large was the prize of {subject} in thalers?
        | By how much did {subject} grow richer at the award?`),
    },
  }, {
    says: ways(
      `There was a lifelong quarrel with {person:rival} about {quarrel}.
      {person:rival} never agreed about {quarrel}, and they fought over it for years.
      About {quarrel} there was war with {person:rival}, in letters and in newspapers.
      | Nobody could mention {quarrel} when {person:rival} was in the room, so bitter was the dispute.`,
    ),
    asks: {
      rival: ways(`With whom did {subject} quarrel?
        Who was the rival of {subject}?
        | Who was no friend of {subject}?`),
      quarrel: ways(`What did {subject} quarrel about?
        What was the dispute of {subject} about?
        | On which question was {subject} not to be reconciled?`),
    },
    other: "rival",
  }, {
    says: ways(
      `Everybody knew {animal} called {pet}, a faithful companion on all walks.
      A walk without {pet}, {animal}, was unthinkable.
      At home waited {pet}, {animal} with an appetite for letters.
      | Guests were greeted at the door by {pet}, which was {animal}.`,
    ),
    asks: {
      animal: ways(`What animal did {subject} keep?
        What kind of pet did {subject} have?
        | Which creature lived with {subject}?`),
      pet: ways(`What was the name of {subject}'s pet?
        How was the animal of {subject} called?
        | Which name did {subject} give to an animal?`),
    },
  }, {
    says: ways(
      `In {later:journey} a {vehicle} carried the traveller to {country}, a journey of {duration}.
      A journey to {country}, by {vehicle} and in {duration}, filled the year {later:journey}.
      It took {duration} in {later:journey} to reach {country} by {vehicle}.
      | Only a {vehicle} was to be had in {later:journey}, so it was {duration} before {country} came into view.`,
    ),
    asks: {
      country: ways(`Where did {subject} travel?
        Which country did {subject} visit?
        | What was the goal of {subject}'s journey?`),
      vehicle: ways(`How did {subject} travel?
        What did {subject} travel by?
        | What means of transport did {subject} use?`),
      duration: ways(`How long did the journey of {subject} take?
        How long was {subject} on the way?
        | How much time did {subject} lose by travelling?`),
    },
  }, {
    says: ways(`"{book}" appeared in {later:printed} and has {pages} pages.
      The memoirs, {pages} pages long, were printed in {later:printed} as "{book}".
      Whoever wants to know more may read "{book}", {pages} pages that came out in {later:printed}.
      | In {later:printed} the printers of {place:printer} set {pages} pages under the title "{book}".`),
    asks: {
      book: ways(`What is the title of {subject}'s book?
        Which book did {subject} write?
        | Under what title can one read {subject}?`),
      pages: ways(`How many pages did {subject} publish?
        How long is the book by {subject}?
        | How thick is the work of {subject}, counted in pages?`),
    },
  }, {
    says: ways(
      `The last years, from {last:retired} on, were spent in {place:retreat}, growing {plant}.
      In {last:retired} it was time to move to {place:retreat} and to grow {plant}.
      {place:retreat} was the last address; {plant} grew there in the garden from {last:retired} on.
      | After {last:retired} there were no more letters but from {place:retreat}, all of them about {plant}.`,
    ),
    asks: {
      retreat: ways(`Where did {subject} spend the last years?
        Where did {subject} retire?
        | Where did {subject} live in old age?`),
      plant: ways(`What did {subject} grow in the garden?
        Which plants did {subject} look after?
        | What kept the retired {subject} busy?`),
      retired: ways(`When did {subject} retire?
        In which year did {subject} move for the last time?
        | When did {subject} stop working?`),
    },
  }],
};
