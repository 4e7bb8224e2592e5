/** The learning curve, drawn while it grows: training and validation loss by step. @module */

/** A loss after a step. */
export type Point = { readonly step: number; readonly loss: number };

/** Of the picture, where the page does not say. */
const WIDTH = 640;
const HEIGHT = 240, LEFT = 44, BOTTOM = 24, TOP = 8, RIGHT = 8;
/** A step's loss depends on its batch; the line is a mean over steps, as in papers. */
const SMOOTHING = 0.8;

/**
 * Draws the curves into an SVG of the page.
 *
 * @param svg The element; what it holds is replaced.
 * @param steps The training loss of each step.
 * @param epochs The validation loss at the end of each epoch.
 * @param totalSteps The end of the axis.
 */
export function drawCurve(
  svg: SVGSVGElement,
  steps: readonly Point[],
  epochs: readonly Point[],
  totalSteps: number,
): void {
  // As wide as it is shown, so that its text has the size of the page's.
  const width = svg.clientWidth || WIDTH;
  const most = [...steps, ...epochs]
    .reduce((most, { loss }) => Math.max(most, loss), 0.1);
  const x = (step: number): number =>
    LEFT + (width - LEFT - RIGHT) * step / totalSteps;
  const y = (loss: number): number =>
    HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * loss / most;
  const make = (
    name: string,
    attributes: Record<string, string | number>,
    text = "",
  ): SVGElement => {
    const element = document.createElementNS(
      "http://www.w3.org/2000/svg",
      name,
    );
    for (const [key, value] of Object.entries(attributes)) {
      element.setAttribute(key, String(value));
    }
    element.textContent = text;
    return element;
  };
  const line = (points: readonly Point[], name: string): SVGElement =>
    make("polyline", {
      class: name,
      points: points.map(({ step, loss }) => `${x(step)},${y(loss)}`).join(" "),
    });
  let mean = steps[0]?.loss ?? 0;
  const smooth = steps.map(({ step, loss }) => {
    mean = SMOOTHING * mean + (1 - SMOOTHING) * loss;
    return { step, loss: mean };
  });
  svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  svg.replaceChildren(
    ...[0, most / 2, most].flatMap((loss) => [
      make("line", {
        class: "grid",
        x1: LEFT,
        x2: width - RIGHT,
        y1: y(loss),
        y2: y(loss),
      }),
      make(
        "text",
        { x: LEFT - 6, y: y(loss) + 4, "text-anchor": "end" },
        loss.toFixed(2),
      ),
    ]),
    make("text", { x: LEFT, y: HEIGHT - 6 }, "step 0"),
    make(
      "text",
      { x: width - RIGHT, y: HEIGHT - 6, "text-anchor": "end" },
      `${totalSteps}`,
    ),
    line(steps, "each-step"),
    line(smooth, "training"),
    line(epochs, "validation"),
    ...epochs.map(({ step, loss }) =>
      make("circle", { class: "validation", cx: x(step), cy: y(loss), r: 4 })
    ),
  );
}
