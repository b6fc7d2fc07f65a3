// Measures the page as the browser has laid it out, and leaves one line for each finding.
const findings = [];
const note = (...words) => findings.push(words.join("\t"));
const rounded = number => number.toFixed(1);

for (const series of document.querySelectorAll("[data-series]")) {
  const box = series.getBBox();
  const data = series.dataset;
  note("series", series.closest("svg").dataset.chart, data.series, data.points, data.drawn, rounded(box.width), rounded(box.height));
}
for (const band of document.querySelectorAll("[data-band]")) {
  note("band", band.closest("svg").dataset.chart, band.dataset.band);
}
for (const svg of document.querySelectorAll("svg[data-chart]")) {
  const frame = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll("text")].map(text => ({ words: text.textContent, box: text.getBoundingClientRect(), turned: text.hasAttribute("transform") }));
  for (const { words, box } of texts) {
    if (box.width === 0 || box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1) {
      note("outside", svg.dataset.chart, words);
    }
  }
  for (let i = 0; i < texts.length; i++) {
    for (let j = i + 1; j < texts.length; j++) {
      const a = texts[i].box, b = texts[j].box;
      // Letters do not fill the height of their line: two lines may touch.
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (!texts[i].turned && !texts[j].turned && across > 1 && down > 5) {
        note("overlap", svg.dataset.chart, texts[i].words, texts[j].words);
      }
    }
  }
}
const root = document.documentElement;
if (root.scrollWidth > root.clientWidth) {
  note("overflow", root.scrollWidth, root.clientWidth);
}
const pre = document.createElement("pre");
pre.id = "findings";
pre.textContent = findings.join("\n");
document.body.append(pre);
