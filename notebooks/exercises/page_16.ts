/** Exercises and quiz of notebook 16. @module */

import type { QuizQuestion } from "./exercise.ts";

export const EXERCISES_16 = {};

export const QUIZ_16: readonly QuizQuestion[] = [];
