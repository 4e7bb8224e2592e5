/** Exercises and quiz of notebook 13. @module */

import type { QuizQuestion } from "./exercise.ts";

export const EXERCISES_13 = {};

export const QUIZ_13: readonly QuizQuestion[] = [];
