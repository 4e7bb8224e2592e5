/** Exercises and quiz of notebook 6. @module */

import type { QuizQuestion } from "./exercise.ts";

export const EXERCISES_06 = {};

export const QUIZ_06: readonly QuizQuestion[] = [];
