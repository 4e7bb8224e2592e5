/** Exercises and quiz of notebook 7. @module */

import type { QuizQuestion } from "./exercise.ts";

export const EXERCISES_07 = {};

export const QUIZ_07: readonly QuizQuestion[] = [];
