/** Exercises and quiz of notebook 4. @module */

import type { QuizQuestion } from "./exercise.ts";

export const EXERCISES_04 = {};

export const QUIZ_04: readonly QuizQuestion[] = [];
