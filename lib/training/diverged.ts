/** The error of a training that left the finite numbers. @module */

/** Where a training stood when its loss or its gradients stopped being finite. */
export type Divergence = {
  /** The step that was not taken, from 1. */
  readonly step: number;
  /** From 1. */
  readonly epoch: number;
  readonly loss: number;
  readonly gradientNorm: number;
  /** The batch, as positions in the training examples: enough to run the step again. */
  readonly indices: readonly number[];
};

/** Thrown before the weights move: they are still those of the last good step. */
export class TrainingDivergedError extends RangeError {
  override readonly name = "TrainingDivergedError";
  readonly divergence: Divergence;

  /** @param divergence Where it happened. */
  constructor(divergence: Divergence) {
    const { step, epoch, loss, gradientNorm, indices } = divergence;
    super(
      `Cannot continue training as loss and gradients must be finite: ` +
        `loss is ${loss}, gradient norm is ${gradientNorm} at step ${step} ` +
        `(epoch ${epoch}, examples ${
          indices.join(", ")
        }); lower the learning rate, ` +
        `the weights are still those of step ${step - 1}`,
    );
    this.divergence = divergence;
  }
}
