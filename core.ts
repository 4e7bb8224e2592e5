/** The core of the library: what needs neither files, FFI nor downloads, and runs in a browser. @module */
export { encode, decode, tokenize } from "./lib/tokenizer/tokenizer.ts";
export { parseVocabulary } from "./lib/tokenizer/vocabulary.ts";
