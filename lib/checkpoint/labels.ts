/** The classes of a classifier: what a checkpoint says and what is asked for. @module */

/**
 * The class names in a `config.json`.
 *
 * @param idToLabel The value of `id2label`.
 * @returns The names in the order of their ids, or undefined where there are none but
 * Python's placeholders LABEL_0, LABEL_1 …
 */
export function labelsFrom(idToLabel: unknown): string[] | undefined {
  if (typeof idToLabel !== "object" || idToLabel === null) return undefined;
  const names = new Map(Object.entries(idToLabel));
  const labels = Array.from(
    { length: names.size },
    (_, id) => String(names.get(String(id))),
  );
  return labels.every((label, id) => label === `LABEL_${id}`)
    ? undefined
    : labels;
}

/**
 * Decides the classes of a model that is loaded.
 *
 * A classifier that was trained keeps its classes: other names over the same weights
 * would turn every prediction into another word.
 *
 * @param asked What the caller asks for, if it does.
 * @param stored What the checkpoint says, if it does.
 * @param numTrained Classes of the trained classifier in the checkpoint; 0 if none.
 * @returns The classes in the order of their ids.
 * @throws {RangeError} If the two differ, or nobody names at least two classes.
 */
export function chooseLabels(
  asked: readonly string[] | undefined,
  stored: readonly string[] | undefined,
  numTrained: number,
): string[] {
  const labels = [...asked ?? (numTrained > 0 ? stored : undefined) ?? []];
  if (labels.length < 2 || new Set(labels).size !== labels.length) {
    throw new RangeError(
      `Cannot load a classifier as it must have at least two different labels: ` +
        `found ${quote(labels)}; pass them as the option "labels"`,
    );
  }
  const isTrained = numTrained > 0;
  const differs = stored !== undefined &&
    stored.join("\n") !== labels.join("\n");
  if (isTrained && (numTrained !== labels.length || differs)) {
    throw new RangeError(
      `Cannot load a trained classifier as its labels must be those asked for: ` +
        `asked for ${quote(labels)}, the checkpoint has ` +
        `${
          stored === undefined ? `${numTrained} without names` : quote(stored)
        }; ` +
        `ask for these, or start from a model without a classifier`,
    );
  }
  return labels;
}

function quote(labels: readonly string[]): string {
  return `[${labels.map((label) => JSON.stringify(label)).join(", ")}]`;
}
