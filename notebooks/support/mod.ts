/** What only the notebooks of this project need: settings, recipes, results, records. @module */

export * from "./checksums.ts";
export * from "./embeddings.ts";
export * from "./entities.ts";
export * from "./answers.ts";
export * from "./findings.ts";
export * from "./fine_tuned.ts";
export * from "./heads.ts";
export * from "./loss_series.ts";
export * from "./made_up_tasks.ts";
export * from "./onnx_files.ts";
export * from "./opinions.ts";
export * from "./pretraining_run.ts";
export * from "./progress.ts";
export * from "./recipes.ts";
export * from "./recorded.ts";
export * from "./results.ts";
export * from "./review_run.ts";
export * from "./served_copy.ts";
export * from "./settings.ts";
export * from "./short_run.ts";
export * from "./step_times.ts";
export * from "./tensors.ts";
export * from "./tickets.ts";
export * from "./training_progress.ts";
export * from "./workers.ts";
