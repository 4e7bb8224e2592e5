import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { PROJECT } from "../../tools/shell/project.ts";

const DOCUMENTS = [
  "README.md",
  "CHANGELOG.md",
  "notebooks/README.md",
  "docs/compile.md",
  ...[...Deno.readDirSync(join(PROJECT, "docs"))]
    .map(({ name }) => `docs/${name}`)
    .filter((name) => name.endsWith(".md")),
];

const read = (path: string): string =>
  Deno.readTextFileSync(join(PROJECT, path));

/** Paths that a document names and that are not in the project. */
function missing(document: string, paths: Iterable<string>): string[] {
  return [...paths].filter((path) => !existsSync(join(PROJECT, path)))
    .map((path) => `${document}: ${path}`);
}

Deno.test("every relative link in a document leads to a file", () => {
  const wrong = DOCUMENTS.flatMap((document) => {
    const links = read(document).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g);
    return missing(
      document,
      links.map(([, link]) =>
        relative(PROJECT, join(PROJECT, dirname(document), link!))
      ),
    );
  });
  assert.deepEqual(wrong, []);
});

Deno.test("every path in a document is there", () => {
  const wrong = DOCUMENTS
    .filter((document) => document !== "docs/renames.md") // it has old ones too
    .flatMap((document) =>
      missing(
        document,
        read(document)
          .matchAll(
            /`((?:lib|tests|tools|notebooks|docs|data|examples)\/[\w./-]*)`/g,
          )
          .map(([, path]) => path!),
      )
    );
  assert.deepEqual(wrong, []);
});

Deno.test("README.md shows examples/fine_tune.ts as it is", () => {
  const [, shown] = /```ts\n([^]*?)```/.exec(read("README.md"))!;
  assert.ok(read("examples/fine_tune.ts").endsWith(shown!));
});

Deno.test("fault 92: docs/security.md says who can read what a kernel publishes", () => {
  assert.match(
    read("docs/security.md").replaceAll("\n", " "),
    /TCP on 127\.0\.0\.1.* each of them can read the outputs of your notebooks/,
  );
});
