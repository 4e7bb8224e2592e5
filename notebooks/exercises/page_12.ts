/** Exercises and quiz of notebook 12. @module */

import type { QuizQuestion } from "./exercise.ts";

export const EXERCISES_12 = {};

export const QUIZ_12: readonly QuizQuestion[] = [];
