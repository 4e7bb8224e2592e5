/** Handle table: addresses by number, of tensors that come and go by the million. @module */

const FIRST_CAPACITY = 256;

/**
 * Keeps the addresses of what is alive under numbers that are never given twice.
 *
 * A `Map` would write itself anew each time that as many entries came and went as
 * it has room for, and V8 frees such copies only when it next looks through all of
 * its memory: after thousands of steps. Here a number's place is its remainder, and
 * numbers whose place is taken are left out, so nothing is ever moved or copied.
 */
export class HandleTable {
  /** The number that stands in each place; 0 where nothing does. */
  #numbers: number[] = emptyPlaces(FIRST_CAPACITY, 0);
  #handles: (Deno.PointerObject | undefined)[] = emptyPlaces(
    FIRST_CAPACITY,
    undefined,
  );
  #last = 0;
  #size = 0;

  /** How many are alive. */
  get size(): number {
    return this.#size;
  }

  /** A number that is not given again; nothing stands under it. */
  nextNumber(): number {
    return ++this.#last;
  }

  /** Keeps an address; returns its number. */
  add(handle: Deno.PointerObject): number {
    if (2 * this.#size >= this.#numbers.length) this.#grow();
    do this.#last++; while (this.#numbers[this.#place(this.#last)] !== 0);
    const place = this.#place(this.#last);
    this.#numbers[place] = this.#last;
    this.#handles[place] = handle;
    this.#size++;
    return this.#last;
  }

  /** Keeps an address under a number that {@linkcode nextNumber} gave. */
  put(number: number, handle: Deno.PointerObject): void {
    while (this.#numbers[this.#place(number)] !== 0) this.#grow();
    const place = this.#place(number);
    this.#numbers[place] = number;
    this.#handles[place] = handle;
    this.#size++;
  }

  /** The address under a number, if it is alive. */
  get(number: number): Deno.PointerObject | undefined {
    const place = this.#place(number);
    return this.#numbers[place] === number ? this.#handles[place] : undefined;
  }

  /** Forgets what is alive under a number. */
  delete(number: number): void {
    if (this.get(number) === undefined) return;
    const place = this.#place(number);
    this.#numbers[place] = 0;
    this.#handles[place] = undefined;
    this.#size--;
  }

  #place(number: number): number {
    return number % this.#numbers.length;
  }

  /** Twice the room: numbers that had places of their own still have. */
  #grow(): void {
    const [numbers, handles] = [this.#numbers, this.#handles];
    this.#numbers = emptyPlaces(2 * numbers.length, 0);
    this.#handles = emptyPlaces(2 * numbers.length, undefined);
    numbers.forEach((number, i) => {
      if (number === 0) return;
      this.#numbers[this.#place(number)] = number;
      this.#handles[this.#place(number)] = handles[i];
    });
  }
}

function emptyPlaces<T>(count: number, empty: T): T[] {
  return new Array<T>(count).fill(empty);
}
