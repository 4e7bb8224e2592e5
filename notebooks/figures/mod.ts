/** The figures of the notebooks, by name: `await show(figure("bert_stack"))`. @module */
export * from "./figures.ts";
