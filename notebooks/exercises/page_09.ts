/** Exercises and quiz of notebook 9. @module */

import type { QuizQuestion } from "./exercise.ts";

export const EXERCISES_09 = {};

export const QUIZ_09: readonly QuizQuestion[] = [];
