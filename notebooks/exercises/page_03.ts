/** Exercises and quiz of notebook 3. @module */

import type { QuizQuestion } from "./exercise.ts";

export const EXERCISES_03 = {};

export const QUIZ_03: readonly QuizQuestion[] = [];
