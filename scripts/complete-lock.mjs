// Run after `npm install` where the registry at hand does not serve every platform's build of a tool: `npm install` then
// leaves those optional packages out of the lock file, and `npm ci` refuses it. This adds them by what their names say
// (version from their owner, os, cpu, libc; no integrity, so npm takes the registry's). Usage: node scripts/complete-lock.mjs
import { readFileSync, writeFileSync } from 'node:fs';

const path = process.argv[2] ?? 'package-lock.json';
const lock = JSON.parse(readFileSync(path, 'utf8'));

const OS = [
	'android',
	'darwin',
	'freebsd',
	'linux',
	'netbsd',
	'openbsd',
	'openharmony',
	'sunos',
	'win32',
	'aix',
];
const CPU = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'wasm32'];

function platformOf(name) {
	const words = name.split(/[-/]/);
	const os = OS.find((word) => words.includes(word));
	const cpu = CPU.find((word) => words.includes(word));
	if (!os || !cpu) return null;
	const last = words.at(-1);
	const libc = os !== 'linux' ? null : /musl/.test(last) ? 'musl' : /gnu/.test(last) ? 'glibc' : null;
	return { os: [os], cpu: [cpu], ...(libc ? { libc: [libc] } : {}) };
}

const added = [];
for (const [owner, entry] of Object.entries(lock.packages)) {
	for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
		const key = `node_modules/${name}`;
		const platform = platformOf(name);
		if (lock.packages[key] || lock.packages[`${owner}/${key}`] || platform === null) continue;
		const { os, cpu, libc } = platform;
		lock.packages[key] = {
			version: range,
			cpu,
			...(entry.dev ? { dev: true } : {}),
			...(libc ? { libc } : {}),
			optional: true,
			os,
		};
		added.push(name);
	}
}
const root = lock.packages[''];
const rest = Object.keys(lock.packages)
	.filter((key) => key !== '')
	.sort();
lock.packages = { '': root, ...Object.fromEntries(rest.map((key) => [key, lock.packages[key]])) };
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length === 0 ? 'nothing was missing' : `added ${added.join(', ')}`);
