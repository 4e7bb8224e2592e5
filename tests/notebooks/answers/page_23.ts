/** Wrong answers to the exercises of notebook 23, and what the check says to each. @module */

export const WRONG_23 = {
  "23.1": [{
    code:
      `const sent: Answer<"23.1"> = (megabytes, workers) => megabytes * workers;`,
    says: /sent\(52, 2\) must be 52; found 104\./,
  }, {
    code:
      `const sent: Answer<"23.1"> = (megabytes, workers) => megabytes * (workers - 1);`,
    says: /sent\(52, 4\) must be 78; found 156\./,
  }, {
    code: `const sent: Answer<"23.1"> = (megabytes) => megabytes;`,
    says: /sent\(52, 4\) must be 78; found 52\./,
  }],
  "23.2": [{
    code:
      `const meanOfAll: Answer<"23.2"> = (means) => means[0]!.map((_, i) => means.reduce((sum, mean) => sum + mean[i]!, 0) / means.length);`,
    says: /meanOfAll\(\[\[1\],\[4\]\], \[2,1\]\) must be \[2\]; found \[2\.5\]/,
  }, {
    code:
      `const meanOfAll: Answer<"23.2"> = (means, counts) => means[0]!.map((_, i) => means.reduce((sum, mean, part) => sum + mean[i]! * counts[part]!, 0));`,
    says: /must be \[3, 1\]; found \[96, 32\]/,
  }, {
    code:
      `const meanOfAll: Answer<"23.2"> = (means, counts) => means[0]!.map((_, i) => means.reduce((sum, mean, part) => sum + mean[i]! / counts[part]!, 0));`,
    says: /must be \[3, 1\]; found \[0\.375, 0\.125\]/,
  }],
  "23.3": [{
    code:
      `const rate: Answer<"23.3"> = (alone, together, workers) => ({ speedup: together / alone, efficiency: together / alone / workers });`,
    says: /The speed-up of rate\(1, 0\.5, 2\) must be 2; found 0\.5/,
  }, {
    code:
      `const rate: Answer<"23.3"> = (alone, together) => ({ speedup: alone / together, efficiency: together / alone });`,
    says: /The efficiency of rate\(1, 0\.5, 2\) must be 1; found 0\.5/,
  }, {
    code:
      `const rate: Answer<"23.3"> = (alone, together, workers) => ({ speedup: workers, efficiency: alone / together / workers });`,
    says: /The speed-up of rate\(0\.9, 0\.3, 4\) must be 3; found 4/,
  }],
  "23.4": [{
    code:
      `const wait: Answer<"23.4"> = (passes, buckets) => buckets.at(-1)!.seconds;`,
    says: /wait\(1, .*0\.8.*\) must be 1; found 0\.8/,
  }, {
    code:
      `const wait: Answer<"23.4"> = (passes, buckets) => { let end = 0; for (const { ready, seconds } of buckets) end = Math.max(end, ready) + seconds; return end - passes; };`,
    says: /wait\(2, .*\) must be 0; found -0\.9/,
  }, {
    code:
      `const wait: Answer<"23.4"> = (passes, buckets) => buckets.reduce((sum, { seconds }) => sum + seconds, 0);`,
    says: /must be 0\.2; found 0\.4/,
  }],
  "23.5": [{
    code:
      `const memory: Answer<"23.5"> = (numParameters, workers) => ({ all: 16 * numParameters / 1e6, part: 16 * numParameters / 1e6 / workers });`,
    says: /The property "part" of memory\(1000000, 4\) must be 10; found 4\./,
  }, {
    code:
      `const memory: Answer<"23.5"> = (numParameters, workers) => ({ all: 4 * numParameters / 1e6, part: 4 * numParameters / 1e6 / workers });`,
    says: /The property "all" of memory\(1000000, 4\) must be 16; found 4\./,
  }, {
    code:
      `const memory: Answer<"23.5"> = (numParameters, workers) => ({ all: 16 * numParameters / 1e6, part: (12 + 4 / workers) * numParameters / 1e6 });`,
    says: /The property "part" of memory\(1000000, 4\) must be 10; found 13\./,
  }],
};
