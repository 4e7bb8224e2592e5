const nb = JSON.parse(Deno.readTextFileSync("notebooks/05_attention.ipynb"));
nb.cells.forEach((c: any, i: number) => { const s = c.source.join ? c.source.join("") : c.source; if (c.cell_type === "code" && /headView|modelView|headMaps|heatMap|colouredText/.test(s)) console.log(`--- [${i}]\n${s}`); });
