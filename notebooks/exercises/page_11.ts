/** Exercises and quiz of notebook 11. @module */

import type { QuizQuestion } from "./exercise.ts";

export const EXERCISES_11 = {};

export const QUIZ_11: readonly QuizQuestion[] = [];
