/* SPDX-License-Identifier: MIT */
/* global d3, flamegraph, uPlot, Tabulator */
/* The page of `kgtp report --html`: what its data has, drawn by libraries that are in the page. */
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const width = () => Math.min(document.body.clientWidth - 32, 1368);
const colours = d3.schemeTableau10;
/* Places in a row. */
const FRAME = 0, EVENT = 1, TIME = 2, CPU = 3, COMM = 4, PID = 5, VALUES = 6, HOST = 7;
/* Lanes of the time line: tasks beyond these share one. */
const LANES = 30;

function drawFlames() {
	if (!data.flames.value)
		return;
	const chart = flamegraph.default().width(width()).cellHeight(18).minFrameSize(1).inverted(false)
		.setDetailsElement(byId("flame-details")).transitionDuration(0);
	d3.select("#flames").datum(data.flames).call(chart);
	chart.transitionDuration(400);
	const search = byId("flame-search");
	search.addEventListener("input", () => search.value ? chart.search(search.value) : chart.clear());
	byId("flame-reset").addEventListener("click", () => {
		search.value = "";
		chart.clear();
		chart.resetZoom();
	});
	window.addEventListener("resize", () => {
		chart.width(width());
		chart.update();
	});
}

const onHost = (row, name) => data.hosts ? `${row[HOST]}: ${name}` : name;

function task(row) {
	if (row[COMM] === null && row[PID] === null)
		return data.hosts ? onHost(row, "no task collected") : null;
	return onHost(row, `${row[COMM] === null ? "<...>" : row[COMM]} ${row[PID] === null ? "" : row[PID]}`.trim());
}

/* Return the lanes' names, the busiest first, and each row's lane. */
function lanesOf(rows, nameOf, sorted) {
	const counts = new Map();
	for (const row of rows)
		counts.set(nameOf(row), (counts.get(nameOf(row)) || 0) + 1);
	let names = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a));
	const others = names.length > LANES;
	names = names.slice(0, others ? LANES - 1 : LANES);
	if (sorted)
		names.sort((a, b) => a - b);
	if (others)
		names.push("others");
	const places = new Map(names.map((name, n) => [name, n]));
	const lane = (row) => places.has(nameOf(row)) ? places.get(nameOf(row)) : names.length - 1;
	return [names, lane];
}

let timeline = null;

function drawTimeline() {
	const clock = data.rows.some((row) => row[TIME] !== null);
	const at = (row) => clock ? row[TIME] / 1e9 : row[FRAME];
	const rows = data.rows.filter((row) => !clock || row[TIME] !== null);
	rows.sort((a, b) => at(a) - at(b));
	if (!rows.length)
		return;
	const by = byId("lanes").value, cpus = by === "cpu" && !data.hosts;
	const nameOf = by === "host" ? (row) => row[HOST] : by === "task" ? task : cpus ? (row) => row[CPU] : (row) => onHost(row, `CPU ${row[CPU]}`);
	const [names, lane] = lanesOf(rows, nameOf, cpus);
	const series = [{ label: clock ? "s" : "frame" }];
	const columns = [rows.map(at)];
	data.events.forEach((event, n) => {
		const colour = colours[n % colours.length];
		series.push({
			label: event.name, stroke: colour, paths: () => null, spanGaps: false,
			points: { show: true, size: 5, fill: colour, width: 0 },
			value: (u, y, s, i) => {
				if (i === null || y === null)
					return "";
				const row = rows[i];
				return `${data.hosts ? `${row[HOST]}: ` : ""}frame ${row[FRAME]}, CPU ${row[CPU]}, ${task(row) || ""}`;
			},
		});
		/* Events of one lane lie a little apart, so that none hides another. */
		const shift = (n - (data.events.length - 1) / 2) * 0.5 / Math.max(data.events.length, 1);
		columns.push(rows.map((row) => row[EVENT] === n ? lane(row) + shift : null));
	});
	if (timeline)
		timeline.destroy();
	timeline = new uPlot({
		width: width(),
		height: 110 + 22 * Math.max(names.length, 4),
		scales: { x: { time: false }, y: { range: [-0.7, names.length - 0.3] } },
		axes: [
			{ label: clock ? "time in s" : "frames, in their order: no $clock was collected" },
			{
				size: 150,
				splits: () => names.map((name, n) => n),
				values: () => names.map((name) => name === null ? `no ${cpus ? "CPU" : "task"} collected` : cpus && name !== "others" ? `CPU ${name}` : name),
			},
		],
		series,
		cursor: { drag: { x: true, y: false } },
	}, columns, byId("timeline"));
	window.kgtpTimeline = timeline;
}

function drawHistograms() {
	const box = byId("histograms");
	for (const one of data.histograms) {
		const div = document.createElement("div");
		div.className = "histogram";
		const name = document.createElement("b");
		name.textContent = `${one.event}: ${one.column}`;
		const about = document.createElement("span");
		about.className = "note";
		about.textContent = `${one.count} values, ${one.min} to ${one.max}, mean ${Number(one.mean.toPrecision(6))}` +
			(one.missing ? `, ${one.missing} unavailable` : "");
		div.append(name, about);
		box.append(div);
		const xs = one.bins.map((bin, n) => n);
		new uPlot({
			width: 420, height: 200, legend: { show: false },
			scales: { x: { time: false, range: [-0.7, xs.length - 0.3] }, y: { range: (u, low, high) => [0, high || 1] } },
			axes: [
				{
					splits: () => xs.filter((x) => x % Math.ceil(xs.length / 6) === 0),
					values: (u, splits) => splits.map((n) => one.bins[n][0]),
				},
				{ size: 60 },
			],
			series: [{}, { fill: "#4e79a7", stroke: "#4e79a7", paths: uPlot.paths.bars({ size: [0.9, 60] }), points: { show: false } }],
		}, [xs, one.bins.map((bin) => bin[1])], div);
	}
}

function drawTable() {
	const rows = data.rows.map((row) => ({
		frame: row[FRAME], time: row[TIME] === null ? null : row[TIME] / 1e9, cpu: row[CPU], comm: row[COMM], pid: row[PID],
		event: data.events[row[EVENT]].name, values: row[VALUES], host: row[HOST],
	}));
	const filter = { headerFilter: "input" };
	const host = data.hosts ? [{ title: "host", field: "host", width: 140, ...filter }] : [];
	const table = new Tabulator("#table", {
		data: rows, height: "560px", layout: "fitColumns",
		columns: [
			...host,
			{ title: "frame", field: "frame", width: 100, sorter: "number", ...filter },
			{ title: "time", field: "time", width: 160, sorter: "number", ...filter,
			  formatter: (cell) => cell.getValue() === null ? "" : cell.getValue().toFixed(9) },
			{ title: "CPU", field: "cpu", width: 80, sorter: "number", ...filter },
			{ title: "comm", field: "comm", width: 150, ...filter },
			{ title: "pid", field: "pid", width: 90, sorter: "number", ...filter },
			{ title: "event", field: "event", width: 180, ...filter },
			{ title: "values", field: "values", ...filter, tooltip: true },
		],
	});
	const search = byId("table-search");
	search.addEventListener("input", () => {
		const words = search.value.toLowerCase().split(/\s+/).filter((word) => word);
		table.setFilter((row) => {
			const text = `${row.host || ""} ${row.frame} ${row.comm} ${row.pid} ${row.event} ${row.values}`.toLowerCase();
			return words.every((word) => text.includes(word));
		});
		byId("found").textContent = words.length ? `${table.getDataCount("active")} of ${rows.length}` : "";
	});
	window.kgtpTable = table;
}

byId("title").textContent = data.title;
byId("about").textContent = data.about;
byId("broken").textContent = data.broken || "";
byId("sample").textContent = data.rows.length < data.frames ?
	`Each ${data.every} frames one is in the time line and the table, ${data.rows.length} of ${data.frames} (--rows); the flame graph and the histograms have all.` : "";
if (data.hosts)
	byId("lanes").prepend(new Option("host", "host", true, true));
drawFlames();
drawTimeline();
drawHistograms();
drawTable();
byId("lanes").addEventListener("change", drawTimeline);
document.body.dataset.drawn = "yes";
