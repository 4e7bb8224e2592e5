/** Exercises and quiz of notebook 2. @module */

import type { QuizQuestion } from "./exercise.ts";

export const EXERCISES_02 = {};

export const QUIZ_02: readonly QuizQuestion[] = [];
