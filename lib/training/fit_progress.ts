/**
 * The progress of a training, as its events tell it: which epoch, which step, what is
 * due, and which evaluation is the best so far.
 *
 * @module
 */

import type {
  EpochEvent,
  Evaluation,
  EvaluationEvent,
  EvaluationOptions,
  Metrics,
  ValidationMetrics,
} from "./events.ts";
import type { StepEvent, TrainPosition } from "./train_epoch.ts";
import type { ResolvedTrainOptions } from "./train_options.ts";

/**
 * Metrics of which a lower value is better; of all others, a greater one is.
 */
export const LOWER_IS_BETTER: readonly string[] = ["loss", "perplexity"];

/** An event that a checkpoint keeps. */
export type KeptEvent<M extends Metrics> =
  | StepEvent
  | EvaluationEvent<M>
  | EpochEvent<M>;

/** The progress of one training. Everything in it follows from the events. */
export class FitProgress<M extends Metrics> {
  /** All events so far. */
  readonly events: KeptEvent<M>[] = [];
  /** Steps taken so far. */
  step = 0;
  /** The epoch of the next step, from 1. */
  epoch = 1;
  /** Whether the training is over. */
  hasEnded = false;
  /** The step of the best evaluation so far. */
  bestStep: number | undefined;
  #bestScore: readonly number[] | undefined;
  #evaluationsSinceBest = 0;
  /** Of this epoch. */
  #stepsTaken = 0;
  #lossSum = 0;
  #trainingSeconds = 0;
  #evaluations: EvaluationEvent<M>[] = [];

  /**
   * Begins at step 0.
   *
   * @param options The numbers of epochs and steps, and how to evaluate.
   * @param evaluates Whether the training has evaluations.
   */
  constructor(
    readonly options: ResolvedTrainOptions & EvaluationOptions<M>,
    private readonly evaluates: boolean,
  ) {}

  /** The mean loss of each step. */
  get losses(): number[] {
    return this.events.flatMap((event) =>
      event.kind === "step" ? [event.loss] : []
    );
  }

  /** The position of the next step in the training. */
  get position(): TrainPosition {
    const { step, epoch } = this;
    const stepsDone = (epoch - 1) * this.options.stepsPerEpoch;
    return { epoch, stepsDone, skip: step - stepsDone };
  }

  /** Whether the model is to be evaluated before the next step. */
  get isEvaluationDue(): boolean {
    if (!this.evaluates || this.#stepsTaken === 0) return false;
    if (this.#evaluations.at(-1)?.step === this.step) return false;
    const { evalSteps = Infinity } = this.options;
    return this.step % evalSteps === 0 || this.#isLastStep;
  }

  /** Whether the epoch is over, once no evaluation is due. */
  get isEpochOver(): boolean {
    return this.#isLastStep || (this.#evaluations.at(-1)?.stopsEarly ?? false);
  }

  get #isLastStep(): boolean {
    return this.#stepsTaken === this.options.stepsPerEpoch;
  }

  /** Records a step. */
  stepTaken(event: StepEvent): StepEvent {
    this.events.push(event);
    this.step = event.step;
    this.#stepsTaken++;
    this.#lossSum += event.loss / this.options.stepsPerEpoch;
    this.#trainingSeconds += event.seconds;
    return event;
  }

  /**
   * Records an evaluation.
   *
   * @param evaluation What it found.
   * @param seconds How long it took.
   * @returns The event.
   */
  evaluated(
    { metrics, warning }: Evaluation<M>,
    seconds: number,
  ): EvaluationEvent<M> {
    const { epochs, stepsPerEpoch, patience = Infinity } = this.options;
    const { metricForBestModel = "loss" } = this.options;
    const score = scoreOf(metrics, metricForBestModel);
    const best = isHigher(score, this.#bestScore);
    this.#evaluationsSinceBest = best ? 0 : this.#evaluationsSinceBest + 1;
    if (best) {
      this.#bestScore = score;
      this.bestStep = this.step;
    }
    const event: EvaluationEvent<M> = {
      kind: "evaluation",
      step: this.step,
      epoch: this.epoch,
      metrics,
      seconds,
      best,
      stopsEarly: this.step < epochs * stepsPerEpoch &&
        this.#evaluationsSinceBest >= patience,
      warning,
    };
    this.#evaluations.push(event);
    this.events.push(event);
    return event;
  }

  /** Records the end of an epoch, and makes its event. */
  epochEnded(): EpochEvent<M> {
    const evaluations = this.#evaluations;
    const last = evaluations.at(-1);
    const stopsEarly = last?.stopsEarly ?? false;
    const event: EpochEvent<M> = {
      kind: "epoch",
      epoch: this.epoch,
      trainingLoss: this.#lossSum *
        (this.options.stepsPerEpoch / this.#stepsTaken),
      trainingSeconds: this.#trainingSeconds,
      ...validationMetrics(last?.metrics ?? {} as M),
      validationSeconds: evaluations
        .reduce((sum, { seconds }) => sum + seconds, 0),
      best: evaluations.some(({ best }) => best),
      stopsEarly,
      warning: last?.warning,
    };
    this.events.push(event);
    this.epoch++;
    this.hasEnded = stopsEarly || this.epoch > this.options.epochs;
    this.#stepsTaken = this.#lossSum = this.#trainingSeconds = 0;
    this.#evaluations = [];
    return event;
  }

  /**
   * Takes in the events of an earlier process.
   *
   * @param events All events from the first step on.
   */
  replay(events: readonly KeptEvent<M>[]): void {
    for (const event of events) {
      if (event.kind === "step") this.stepTaken(event);
      else if (event.kind === "evaluation") {
        this.evaluated(event, event.seconds);
      } else this.epochEnded();
    }
  }
}

/** Numbers that are higher for a better model: the metric's, then the loss's. */
function scoreOf(metrics: Metrics, name: string): readonly number[] {
  return [name, "loss"].map((name) => {
    const value = metrics[name] ?? NaN;
    if (Number.isNaN(value)) return -Infinity;
    return LOWER_IS_BETTER.includes(name) ? -value : value;
  });
}

/** Whether a score is higher than another, as words are ordered in a dictionary. */
function isHigher(
  a: readonly number[],
  b: readonly number[] | undefined,
): boolean {
  if (b === undefined) return true;
  const i = a.findIndex((value, i) => value !== b[i]);
  return i !== -1 && a[i]! > b[i]!;
}

function validationMetrics<M extends Metrics>(
  metrics: M,
): ValidationMetrics<M> {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => [
      `validation${name[0]!.toUpperCase()}${name.slice(1)}`,
      value,
    ]),
  ) as ValidationMetrics<M>;
}
