/** All templates, in the order of the classes' labels. @module */

import { ABBREVIATION } from "./abbreviation.ts";
import { DESCRIPTION } from "./description.ts";
import { ENTITY } from "./entity.ts";
import { NUMBER } from "./number.ts";
import { PERSON } from "./person.ts";
import { PLACE } from "./place.ts";
import type { ClassTemplates } from "./template.ts";

export const CLASSES: readonly ClassTemplates[] = [
  DESCRIPTION,
  ENTITY,
  ABBREVIATION,
  PERSON,
  PLACE,
  NUMBER,
];
