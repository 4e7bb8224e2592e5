/** Exercises and quiz of notebook 8. @module */

import type { QuizQuestion } from "./exercise.ts";

export const EXERCISES_08 = {};

export const QUIZ_08: readonly QuizQuestion[] = [];
