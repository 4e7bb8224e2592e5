/** Tar archives: files → one blob, in the format ustar of POSIX.1-1988. @module */

const BLOCK = 512;

/**
 * Puts files into an archive.
 *
 * @param files The content by the path; a path has at most 100 ASCII characters.
 * @returns The archive, which refers to the contents.
 */
export function tarOf(files: ReadonlyMap<string, Blob>): Blob {
  const parts = [...files].flatMap(([path, content]) => [
    headerOf(path, content.size),
    content,
    new Uint8Array((BLOCK - content.size % BLOCK) % BLOCK),
  ]);
  return new Blob([...parts, new Uint8Array(2 * BLOCK)], {
    type: "application/x-tar",
  });
}

function headerOf(path: string, size: number): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(BLOCK);
  const write = (text: string, offset: number): void =>
    header.set(new TextEncoder().encode(text), offset);
  const octal = (value: number, digits: number): string =>
    value.toString(8).padStart(digits, "0");
  write(path, 0);
  write("0000644", 100); // may be read by all
  write("0000000", 108);
  write("0000000", 116);
  write(octal(size, 11), 124);
  write(octal(Math.floor(Date.now() / 1000), 11), 136);
  write(" ".repeat(8), 148); // counts as spaces in its own sum
  write("0", 156); // a plain file
  write("ustar\x0000", 257);
  write(`${octal(header.reduce((sum, byte) => sum + byte, 0), 6)}\0`, 148);
  return header;
}
