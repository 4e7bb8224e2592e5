/** Exercises and quiz of notebook 14. @module */

import type { QuizQuestion } from "./exercise.ts";

export const EXERCISES_14 = {};

export const QUIZ_14: readonly QuizQuestion[] = [];
