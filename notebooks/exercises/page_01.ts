/** Exercises and quiz of notebook 1. @module */

import type { QuizQuestion } from "./exercise.ts";

export const EXERCISES_01 = {};

export const QUIZ_01: readonly QuizQuestion[] = [];
