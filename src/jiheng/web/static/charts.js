// Charts of every stage: <div data-chart="ID"> draws the JSON of <script id="ID">. Kinds: curve, bars, scatter, heat.
// The colours are the tokens of the stylesheet; a table with the same numbers stands beside each chart.
"use strict";
(() => {
  if (!window.echarts) return;
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue("--" + name).trim();
  const ink = token("ink"), muted = token("muted"), line = token("line"), hair = token("hair");
  const ROLES = { plan: token("faint"), actual: token("blue"), good: token("green"), warn: "#e0a030", bad: token("red"), none: hair };
  const colour = (role) => ROLES[role] || ROLES.actual;
  const font = { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12, color: muted };
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const number = (value) => (value === null || value === undefined || isNaN(value) ? "—" : Number(value).toLocaleString("zh-CN", { maximumFractionDigits: 2 }));
  // Drawn on the canvas: what a browser makes of HTML in a tooltip, the content security policy forbids.
  const tooltip = (more) => Object.assign({ renderMode: "richText", confine: true, backgroundColor: "#fff", borderColor: line, borderWidth: 1, padding: 10, textStyle: Object.assign({}, font, { color: ink }) }, more);
  const axis = (more) => Object.assign({ axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: font, nameTextStyle: font, splitLine: { lineStyle: { color: hair } } }, more);
  const frame = (more) => Object.assign({ animation: !calm, animationDuration: 300, textStyle: font, grid: { left: 8, right: 18, top: 34, bottom: 4, containLabel: true }, legend: { top: 0, right: 0, itemWidth: 16, itemHeight: 8, textStyle: font } }, more);
  const day = (value) => { const d = new Date(value); return `${d.getMonth() + 1}月${d.getDate()}日`; };

  // series: [{name, role, points: [[ISO day, amount]]}]
  const curve = (data) => frame({
    tooltip: tooltip({ trigger: "axis", axisPointer: { lineStyle: { color: line } }, formatter: (items) => [day(items[0].value[0])].concat(items.map((i) => `${i.seriesName}  ${number(i.value[1])} ${data.unit}`)).join("\n") }),
    xAxis: axis({ type: "time", axisLabel: Object.assign({ formatter: (value) => `${new Date(value).getMonth() + 1}月`, hideOverlap: true }, font), splitLine: { show: false }, minInterval: 28 * 864e5 }),
    yAxis: axis({ type: "value", name: data.unit, nameGap: 10, axisLine: { show: false } }),
    series: data.series.map((s) => ({ name: s.name, type: "line", data: s.points, symbol: "circle", symbolSize: s.points.length > 40 ? 0 : 5, itemStyle: { color: colour(s.role) }, lineStyle: { color: colour(s.role), width: 2, type: s.role === "plan" ? "dashed" : "solid" }, areaStyle: s.role === "actual" ? { color: colour(s.role), opacity: .07 } : undefined })),
  });

  // names, series: [{name, role, values}]; the first name at the top. The plan is a mark on the bar.
  const bars = (data) => frame({
    tooltip: tooltip({ trigger: "axis", axisPointer: { type: "shadow", shadowStyle: { color: hair, opacity: .5 } }, formatter: (items) => [items[0].name].concat(items.map((i) => `${i.seriesName}  ${number(i.value)}${data.unit}`)).join("\n") }),
    xAxis: axis({ type: "value", max: data.unit === "%" ? (v) => Math.max(100, Math.ceil(v.max / 10) * 10) : undefined, axisLabel: Object.assign({ formatter: `{value}${data.unit}` }, font) }),
    yAxis: axis({ type: "category", data: data.names, inverse: true, splitLine: { show: false }, axisLabel: Object.assign({ width: 150, overflow: "truncate" }, font) }),
    series: data.series.map((s) => s.role === "plan"
      ? { name: s.name, type: "scatter", data: s.values, symbol: "rect", symbolSize: [3, 18], itemStyle: { color: ink }, z: 3 }
      : { name: s.name, type: "bar", data: s.values.map((value, n) => (s.roles ? { value, itemStyle: { color: colour(s.roles[n]) } } : value)), barMaxWidth: 14, barGap: "20%", itemStyle: { color: colour(s.role), borderRadius: 2 } }),
  });

  // x, y: {name, unit}; points: [{x, y, size, name, role}]
  const scatter = (data) => frame({
    legend: { show: false },
    tooltip: tooltip({ formatter: (i) => `${i.data.name}\n${data.x.name}  ${number(i.value[0])}${data.x.unit}\n${data.y.name}  ${number(i.value[1])}${data.y.unit}` }),
    xAxis: axis({ type: "value", name: data.x.name, nameLocation: "middle", nameGap: 28, scale: true }),
    yAxis: axis({ type: "value", name: data.y.name, scale: true }),
    grid: { left: 8, right: 18, top: 34, bottom: 28, containLabel: true },
    series: [{ type: "scatter", data: data.points.map((p) => ({ value: [p.x, p.y], name: p.name, link: p.link, symbolSize: p.size || 9, itemStyle: { color: colour(p.role), opacity: .75 } })),
      markLine: data.lines ? { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: line, type: "solid" }, data: [{ xAxis: data.lines.x }, { yAxis: data.lines.y }] } : undefined }],
  });

  // columns, rows: names; cells: [{x, y, name, role}]: squares in a grid, coloured by what they say
  const heat = (data, holder) => {
    const side = Math.max(6, Math.min(22, (holder.clientWidth - 180) / Math.max(1, data.columns.length) - 2, (holder.clientHeight - 40) / Math.max(1, data.rows.length) - 2));
    return frame({
      legend: { show: false }, grid: { left: 8, right: 8, top: 24, bottom: 4, containLabel: true },
      tooltip: tooltip({ formatter: (i) => i.data.name }),
      xAxis: axis({ type: "category", data: data.columns, position: "top", splitLine: { show: false }, axisLine: { show: false } }),
      yAxis: axis({ type: "category", data: data.rows, inverse: true, splitLine: { show: false }, axisLine: { show: false }, axisLabel: Object.assign({ width: 150, overflow: "truncate" }, font) }),
      series: [{ type: "scatter", symbol: "rect", symbolSize: side, data: data.cells.map((c) => ({ value: [c.x, c.y], name: c.name, link: c.link, itemStyle: { color: colour(c.role) } })) }],
    });
  };

  const KINDS = { curve, bars, scatter, heat }, drawn = [];
  function draw(holder) {
    const source = document.getElementById(holder.dataset.chart);
    if (!source || drawn.some((c) => c.getDom() === holder)) return;
    const data = JSON.parse(source.textContent);
    if (data.kind === "bars") holder.style.height = `${Math.max(160, 60 + data.names.length * 28)}px`;
    const chart = window.echarts.init(holder, null, { devicePixelRatio: Math.max(2, window.devicePixelRatio) });
    chart.setOption(KINDS[data.kind](data, holder));
    chart.on("click", (event) => { if (event.data && event.data.link) window.location.assign(event.data.link); });
    drawn.push(chart);
  }
  const drawAll = (within) => within.querySelectorAll("[data-chart]").forEach(draw);
  drawAll(document);
  document.addEventListener("htmx:afterSwap", (event) => drawAll(event.target));
  window.addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
  window.addEventListener("beforeprint", () => drawn.forEach((chart) => chart.resize()));
})();
