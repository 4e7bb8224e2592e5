import { rasterize } from "./lib/views/picture.ts";
import { colouredText } from "./lib/views/coloured_text.ts";
const words = "this cooking comedy in a boarding school starts slowly but the ending is wonderful and won me over .".split(" ").map((text, i) => ({ text, score: text === "wonderful" ? .42 : text === "slowly" ? -.31 : Math.sin(i) / 12 }));
Deno.writeFileSync("/tmp/w/figpng/v_ct.png", await rasterize(colouredText(words, { title: "Which words decided?", poles: { above: "for positive", below: "against positive" }, seam: 9, maxScore: .55 }).svg, { scale: 1 }));
