/** Exercises and quiz of notebook 10. @module */

import type { QuizQuestion } from "./exercise.ts";

export const EXERCISES_10 = {};

export const QUIZ_10: readonly QuizQuestion[] = [];
