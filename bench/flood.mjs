// How fast a flood of lines is recorded, against `script` recording the same, and whether memory stays flat.
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { floodingClaude, floodLines, LINE_BYTES } from './agents.mjs';
import { inTurn, measure, median, readProcess, timeProcess } from './figures.mjs';
import { DIST, RELAY, withScene } from './scene.mjs';

const RECORDER = fileURLToPath(new URL('flood-recorder.mjs', import.meta.url));
const CHUNK_LINES = 10_000;
const CHUNK_MB = (CHUNK_LINES * LINE_BYTES) / 1e6;

/** `chunks` of 10 MB for the speeds, `manyChunks` for the memory. */
export async function measureFlood({ rounds, chunks, manyChunks }) {
	return withScene(async (scene) => {
		writeFileSync(join(scene.notes, 'flood'), floodLines(CHUNK_LINES));
		const stage = { scene, writer: scene.addAgent('flood', floodingClaude(chunks)) };
		const floods = {
			script: () => scriptMs(stage),
			raw: async () => (await record(stage, 'raw')).ms,
			parsing: async () => (await record(stage, 'parsing')).ms,
			run: () => runMs(stage, chunks),
		};
		const { script, raw, parsing, run } = await inTurn(floods, rounds);
		const name = (what) => `${what} a flood of ${Math.round(chunks * CHUNK_MB)} MB`;
		const row = (what, values, atLeast) =>
			measure(name(what), 'speed of script -qc', median(script) / median(values), {
				...(atLeast === undefined ? {} : { atLeast }),
				values: values.map((ms) => median(script) / ms),
				details: { mb_per_s: speed(chunks, values), script_mb_per_s: speed(chunks, script) },
			});
		return [
			row('recording and parsing', parsing, 0.3),
			row('recording raw', raw, 0.5),
			row('agent-relay run -q over', run),
			await measureMemory(scene, manyChunks),
		];
	});
}

const speed = (chunks, values) => Math.round((chunks * CHUNK_MB * 1000) / median(values));

async function measureMemory(scene, manyChunks) {
	const peak = async (chunks) =>
		(await record({ scene, writer: scene.addAgent('flood', floodingClaude(chunks)) }, 'parsing')).peakKiB;
	const few = [await peak(1), await peak(1), await peak(1)];
	const many = await peak(manyChunks);
	const name = `peak memory after ${Math.round(manyChunks * CHUNK_MB)} MB / after ${Math.round(CHUNK_MB)} MB`;
	return measure(name, 'ratio', many / median(few), {
		atMost: 1.3,
		runs: 1,
		details: { mib: Math.round(many / 1024), few_mib: Math.round(median(few) / 1024) },
	});
}

function scriptMs({ scene, writer }) {
	const typescript = join(scene.folder, 'typescript');
	const ms = timeProcess('script', ['-qc', writer, typescript], { env: scene.env });
	rmSync(typescript);
	return ms;
}

async function record({ scene, writer }, mode) {
	const folder = scene.makeFolder('recording');
	const output = await readProcess(process.execPath, [RECORDER, DIST, folder, writer, mode], {
		env: scene.env,
	});
	const result = JSON.parse(output);
	const written = statSync(join(folder, 'turns/001-raw.jsonl')).size;
	rmSync(folder, { recursive: true });
	if (written !== result.bytes) throw new Error(`${written} bytes on disk, ${result.bytes} recorded`);
	return result;
}

/** The whole product on the same flood. */
function runMs({ scene }, chunks) {
	scene.addAgent('claude', floodingClaude(chunks));
	const folder = scene.makeFolder('folder');
	const ms = timeProcess(process.execPath, [RELAY, 'run', '-q', '-a', 'claude', 'flood'], {
		cwd: folder,
		env: scene.env,
	});
	rmSync(folder, { recursive: true });
	return ms;
}
