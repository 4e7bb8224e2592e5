/** Exercises and quiz of notebook 5. @module */

import type { QuizQuestion } from "./exercise.ts";

export const EXERCISES_05 = {};

export const QUIZ_05: readonly QuizQuestion[] = [];
