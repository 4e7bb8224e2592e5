/** Exercises and quiz of notebook 15. @module */

import type { QuizQuestion } from "./exercise.ts";

export const EXERCISES_15 = {};

export const QUIZ_15: readonly QuizQuestion[] = [];
