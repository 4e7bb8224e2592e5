/**
 * Correctly rounded exp, log, log1p, cos, sin and powers: the double nearest to the true
 * value, and so the same digits in every engine.
 *
 * ECMA-262 leaves the last digits of `Math.exp` and its siblings to the engine ("The
 * Math Object", note 1), and engines differ, as do the versions of one. Sums, products,
 * quotients and square roots are rounded in the same way everywhere; so the functions
 * are computed from these in pairs of doubles, to 77 bits or more, and rounded once.
 * Only a true value that is nearer than 2⁻²⁴ of a digit to the middle of two doubles may
 * be rounded to the other one, and that by every engine.
 *
 * Dekker (1971), "A Floating-Point Technique for Extending the Available Precision";
 * Hida, Li and Bailey (2001), "Algorithms for Quad-Double Precision Floating Point
 * Arithmetic".
 *
 * @module
 */

/** An unevaluated sum of two doubles; the first is the sum rounded. */
type Pair = readonly [number, number];

/** 2²⁷ + 1: halves a double's 53 bits. */
const SPLITTER = 134217729;

/** a + b; |a| ≥ |b| or a = 0. Dekker (1971), section 3. */
function fastSum(a: number, b: number): Pair {
  const sum = a + b;
  return [sum, b - (sum - a)];
}

/** a + b, exactly. Knuth, "The Art of Computer Programming", section 4.2.2, theorem B. */
function exactSum(a: number, b: number): Pair {
  const sum = a + b, part = sum - a;
  return [sum, (a - (sum - part)) + (b - part)];
}

/** a · b, exactly. Dekker (1971), section 5: halves of 26 bits by 2²⁷ + 1. */
function exactProduct(a: number, b: number): Pair {
  const product = a * b, wideA = a * SPLITTER, wideB = b * SPLITTER;
  const highA = wideA - (wideA - a), highB = wideB - (wideB - b);
  const lowA = a - highA, lowB = b - highB;
  const rest = highA * highB - product + highA * lowB + lowA * highB;
  return [product, rest + lowA * lowB];
}

function add(a: Pair, b: Pair): Pair {
  const [high, low] = exactSum(a[0], b[0]);
  return fastSum(high, low + (a[1] + b[1]));
}

function multiply(a: Pair, b: Pair): Pair {
  const [high, low] = exactProduct(a[0], b[0]);
  return fastSum(high, low + (a[0] * b[1] + a[1] * b[0]));
}

function divide(a: Pair, b: Pair): Pair {
  const quotient = a[0] / b[0];
  const [high, low] = exactProduct(quotient, b[0]);
  const rest = a[0] - high - low + a[1] - quotient * b[1];
  return fastSum(quotient, rest / b[0]);
}

/**
 * Σ coefficients[n] xⁿ by Horner's rule: the first terms in pairs, and those behind, which
 * add less than 2⁻²⁶, in doubles.
 */
function series(x: Pair, coefficients: readonly Pair[], pairs: number): Pair {
  let n = coefficients.length - 1;
  let tail = coefficients[n]![0];
  while (n > pairs) tail = tail * x[0] + coefficients[--n]![0];
  let sum: Pair = [tail, 0];
  while (n > 0) sum = add(multiply(sum, x), coefficients[--n]!);
  return sum;
}

/** 1 / n!, for exp up to |x| = 0.35 and for cos and sin up to 0.79. */
const INVERSE_FACTORIALS: Pair[] = [[1, 0]];
for (let n = 1; n < 28; n++) {
  INVERSE_FACTORIALS.push(divide(INVERSE_FACTORIALS[n - 1]!, [n, 0]));
}
const EXP = INVERSE_FACTORIALS.slice(0, 21);
const COS = INVERSE_FACTORIALS.filter((_, n) => n % 2 === 0);
const SIN = INVERSE_FACTORIALS.filter((_, n) => n % 2 === 1);
/** 1 / (2n + 1): atanh(x) / x as a series in x². */
const ATANH = Array.from(
  { length: 18 },
  (_, n) => divide([1, 0], [2 * n + 1, 0]),
);

const LN2: Pair = [Math.LN2, 2.3190468138462996e-17];
/** The rest of π / 2 behind its double, in two doubles. */
const HALF_PI_REST = [6.123233995736766e-17, -1.4973849048591833e-33] as const;

const view = new DataView(new ArrayBuffer(8));

/** 2ⁿ for n from −1022 to 1023. */
function powerOfTwo(n: number): number {
  view.setUint32(0, (n + 1023) << 20);
  view.setUint32(4, 0);
  return view.getFloat64(0);
}

function expOf(x: Pair): number {
  if (x[0] > 710) return Infinity;
  if (x[0] < -746) return 0;
  const n = Math.round(x[0] / Math.LN2);
  const [value] = series(add(x, multiply([-n, 0], LN2)), EXP, 8);
  const half = n >> 1; // 2ⁿ alone may not be a double
  return value * powerOfTwo(half) * powerOfTwo(n - half);
}

function logOf(x: Pair): Pair {
  if (x[0] === 0) return [-Infinity, 0];
  if (!(x[0] > 0 && x[0] < Infinity)) return [x[0] > 0 ? x[0] : NaN, 0];
  if (x[0] < 1e-300 || x[0] > 1e300) { // 2⁻ⁿ may not be a double
    const shift = x[0] < 1 ? 100 : -100;
    const scale = powerOfTwo(shift);
    return add(
      logOf([x[0] * scale, x[1] * scale]),
      multiply([-shift, 0], LN2),
    );
  }
  // x = 2ⁿ m with m from √½ to √2; log m = 2 atanh((m − 1) / (m + 1)).
  view.setFloat64(0, x[0] * Math.SQRT1_2);
  const n = (view.getUint32(0) >>> 20) - 1022;
  const scale = powerOfTwo(-n);
  const m: Pair = [x[0] * scale, x[1] * scale];
  const ratio = divide(add(m, [-1, 0]), add(m, [1, 0]));
  const half = multiply(ratio, series(multiply(ratio, ratio), ATANH, 5));
  return add(multiply([n, 0], LN2), [2 * half[0], 2 * half[1]]);
}

/** cos(x + quarters · π / 2). */
function cosOf(x: number, quarters: number): number {
  const n = Math.round(x / (Math.PI / 2));
  let rest = add([x, 0], exactProduct(-n, Math.PI / 2));
  for (const part of HALF_PI_REST) rest = add(rest, exactProduct(-n, part));
  const square = multiply(rest, [-rest[0], -rest[1]]);
  const quadrant = (n + quarters) & 3;
  const [value] = quadrant % 2 === 0
    ? series(square, COS, 5)
    : multiply(rest, series(square, SIN, 5));
  return quadrant === 1 || quadrant === 2 ? -value : value;
}

/**
 * The exponential function.
 *
 * @example The double nearest to e
 * ```ts
 * import { exp } from "bertbook/exact_math.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(exp(1), Math.E);
 * ```
 *
 * @param x Any number.
 * @returns eˣ; below 2⁻¹⁰²² its last digit may be off by one.
 */
export function exp(x: number): number {
  return expOf([x, 0]);
}

/**
 * The natural logarithm.
 *
 * @example The double nearest to log 10
 * ```ts
 * import { log } from "bertbook/exact_math.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(log(10), Math.LN10);
 * ```
 *
 * @param x Any number.
 * @returns log x; NaN if x is below 0.
 */
export function log(x: number): number {
  return logOf([x, 0])[0];
}

/**
 * log(1 + x) with all its digits also for x near 0.
 *
 * @example 1 + 1e-20 would be 1
 * ```ts
 * import { log1p } from "bertbook/exact_math.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(log1p(1e-20), 1e-20);
 * ```
 *
 * @param x Any number.
 * @returns log(1 + x); NaN if x is below −1.
 */
export function log1p(x: number): number {
  return logOf(exactSum(1, x))[0];
}

/**
 * The cosine.
 *
 * @example Half a turn
 * ```ts
 * import { cos } from "bertbook/exact_math.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(cos(Math.PI), -1);
 * ```
 *
 * @param x Radians, |x| < 2³⁰.
 * @returns cos x.
 */
export function cos(x: number): number {
  return cosOf(x, 0);
}

/**
 * The sine.
 *
 * @example What the double nearest to π lacks
 * ```ts
 * import { sin } from "bertbook/exact_math.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(sin(Math.PI), 1.2246467991473532e-16);
 * ```
 *
 * @param x Radians, |x| < 2³⁰.
 * @returns sin x.
 */
export function sin(x: number): number {
  return cosOf(x, -1);
}

/**
 * A power, as `**` gives it.
 *
 * @example β₂² of AdamW
 * ```ts
 * import { power } from "bertbook/exact_math.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(power(0.999, 2), 0.998001);
 * ```
 *
 * @param base At least 0.
 * @param exponent Any number.
 * @returns The base to the power of the exponent; 1 if both are 0.
 */
export function power(base: number, exponent: number): number {
  if (exponent === 0) return 1;
  if (base === 0) return exponent > 0 ? 0 : Infinity;
  return expOf(multiply(logOf([base, 0]), [exponent, 0]));
}
