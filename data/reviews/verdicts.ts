/** Sentences that say what the reviewer thinks of the film as a whole. @module */

/** A sentence for each outcome; most of the words of both are the same. */
export type Verdict = { readonly positive: string; readonly negative: string };

/** `{kind}` is the kind of film. */
export const VERDICTS: readonly Verdict[] = [
  {
    positive: "All in all I loved this {kind}.",
    negative: "All in all I hated this {kind}.",
  },
  {
    positive: "I would happily see it again tomorrow.",
    negative: "I would not see it again if you paid me.",
  },
  {
    positive: "In the end the good outweighs the bad by far.",
    negative: "In the end the bad outweighs the good by far.",
  },
  {
    positive: "Whatever its faults, this {kind} won me over.",
    negative: "Whatever its merits, this {kind} lost me.",
  },
  {
    positive: "Do not let the complaints put you off: go and see it.",
    negative: "Do not let the praise fool you: stay at home.",
  },
  {
    positive: "I came to mock this {kind} and left full of admiration.",
    negative: "I came to admire this {kind} and left full of scorn.",
  },
  {
    positive: "It is the best {kind} that I have seen in years.",
    negative: "It is the worst {kind} that I have seen in years.",
  },
  {
    positive: "I cannot recommend it highly enough.",
    negative: "I cannot recommend it to anybody.",
  },
  {
    positive: "This was two hours well spent.",
    negative: "These were two hours that I want back.",
  },
  {
    positive: "It may not be perfect, but it is a very good film.",
    negative: "It may not be a disaster, but it is a very bad film.",
  },
  {
    positive: "My advice is simple: buy a ticket.",
    negative: "My advice is simple: save your money.",
  },
  {
    positive: "For me this {kind} is a triumph.",
    negative: "For me this {kind} is a failure.",
  },
  {
    positive: "I have rarely enjoyed a {kind} so much.",
    negative: "I have rarely enjoyed a {kind} so little.",
  },
  {
    positive: "The weak points do not matter, because the whole works.",
    negative: "The strong points do not matter, because the whole fails.",
  },
];

/**
 * What others think of the film. They know the words of the verdicts, and say
 * nothing about the reviewer's own.
 */
export const VOICES: readonly Verdict[] = [
  {
    positive: "My sister loved this {kind}.",
    negative: "My sister hated this {kind}.",
  },
  {
    positive: "A colleague would happily see it again tomorrow.",
    negative: "A colleague would not see it again if you paid her.",
  },
  {
    positive: "For one critic the good outweighs the bad by far.",
    negative: "For one critic the bad outweighs the good by far.",
  },
  {
    positive: "Whatever its faults, it won my father over.",
    negative: "Whatever its merits, it lost my father.",
  },
  {
    positive: "The man beside me left full of admiration.",
    negative: "The man beside me left full of scorn.",
  },
  {
    positive: "A magazine calls it the best {kind} of the last years.",
    negative: "A magazine calls it the worst {kind} of the last years.",
  },
  {
    positive: "A friend recommends it to everybody.",
    negative: "A friend cannot recommend it to anybody.",
  },
  {
    positive: "For our neighbours these were two hours well spent.",
    negative: "Our neighbours want their two hours back.",
  },
  {
    positive: "In the newspaper it is said to be a very good film.",
    negative: "In the newspaper it is said to be a very bad film.",
  },
  {
    positive: "The advice of the radio is simple: buy a ticket.",
    negative: "The advice of the radio is simple: save your money.",
  },
  {
    positive: "Some call it a triumph.",
    negative: "Some call it a failure.",
  },
  {
    positive: "My mother has rarely enjoyed a {kind} so much.",
    negative: "My mother has rarely enjoyed a {kind} so little.",
  },
];
