/**
 * Text of the program and of its records with what differs from run to run replaced by tokens. A session has one token in all texts
 * of a stage (`<session 1>`), other ids in each text, so that relations stay visible.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { CliHome } from './cli-home.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
const VERSION: string = JSON.parse(readFileSync(resolve(PROJECT, 'package.json'), 'utf8')).version;

const ULID = /\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/g;
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const ISO_TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
/** Object ids, digests, names of stores. */
const HASH = /\b[0-9a-f]{12,64}\b/g;
/** What a person reads, also where a line ends within it: `0.3 s`, `2 h 10 min`. */
const SPAN = /\b\d+(?:\.\d+)?\s+(?:ms|s|min|h|d)\b(?:\s+\d+\s+(?:s|min|h)\b)?/g;
/** A row of a tool says how long it took where that was a tenth of a second, as on a busy machine. */
const TOOK = /^([✓✗○] (?:run|read|edit|create) .*?) · <span>/gm;
const EPOCH_SECONDS = /\b1[6-9]\d{8}\b/g;
const MOMENT =
	/(?:\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{1,2} [A-Z][a-z]{2,3}(?: \d{4})?, )?\b\d\d:\d\d\b(?!:)/g;
const SIZE = /\b\d+(?:\.\d+)? (?:B|KB|MB|GB)(?![A-Za-z])/g;
/** Values of JSON keys that measure something. */
const MEASURED = /("(?:\w+_ms|ms|pid|bytes|\w+_bytes|mtime\w*|start_time|started)"): ?-?\d+(?:\.\d+)?/g;
/** Where a process ran. */
const MACHINE = /("(?:host|boot_id|pid_namespace)"): ?(?:"[^"]*"|null)/g;

export interface GoldenTextOptions {
	/** The times of a scene are fixed: they stand as they are. */
	hasFixedTimes?: boolean;
}

export class GoldenText {
	readonly hasFixedTimes: boolean;
	readonly #places: ReadonlyArray<readonly [string, string]>;
	readonly #sessions = new Map<string, string>();
	readonly #commits = new Set<string>();

	constructor(cli: CliHome, { hasFixedTimes = false }: GoldenTextOptions = {}) {
		this.hasFixedTimes = hasFixedTimes;
		this.#places = [
			[cli.repo, '<repo>'],
			[cli.home, '<home>'],
			[cli.bin, '<bin>'],
			[cli.base, '<base>'],
			[PROJECT, '<project>'],
			[process.execPath, '<node>'],
			[dirname(process.execPath), '<node folder>'],
		];
	}

	/** Gives the session the next number, in all texts; told in an order that is the same each time. */
	knowSession(id: string): void {
		if (!this.#sessions.has(id)) this.#sessions.set(id, `session ${this.#sessions.size + 1}`);
	}

	/** A commit whose beginning may be printed. */
	knowCommit(id: string): void {
		this.#commits.add(id);
	}

	of(text: string): string {
		const placed = this.#places.reduce((rest, place) => withoutPlace(rest, place), text);
		const versioned = placed
			.replaceAll(`agent-relay ${VERSION}`, 'agent-relay <version>')
			.replaceAll(`"${VERSION}"`, '"<version>"')
			.replaceAll(process.version, '<node version>');
		return this.hasFixedTimes ? versioned : withoutTimes(this.#withTokens(versioned));
	}

	#withTokens(text: string): string {
		let rest = text;
		for (const [id, name] of this.#sessions)
			rest = rest.replaceAll(id, `<${name}>`).replaceAll(id.slice(-6), `<end of ${name}>`);
		for (const id of this.#commits)
			rest = rest.replace(new RegExp(`\\b${id.slice(0, 7)}[0-9a-f]{0,5}\\b`, 'g'), '<start of a commit>');
		return rest
			.replace(MACHINE, '$1: "<this machine>"')
			.replace(ULID, numbered('unknown session'))
			.replace(UUID, numbered('uuid'))
			.replace(/\b(record|user)-[0-9a-f]{8}\b/g, '$1-<fence>')
			.replace(HASH, numbered('hash'));
	}
}

/** In one text: the same value has the same number. */
function numbered(kind: string): (value: string) => string {
	const numbers = new Map<string, number>();
	return (value) => {
		const number = numbers.get(value) ?? numbers.size + 1;
		numbers.set(value, number);
		return `<${kind} ${number}>`;
	};
}

function withoutTimes(text: string): string {
	return text
		.replace(ISO_TIME, '<time>')
		.replace(EPOCH_SECONDS, '<time>')
		.replace(MEASURED, '$1: <number>')
		.replace(/("pid_start"): ?"[^"]*"/g, '$1: <number>')
		.replace(SPAN, '<span>')
		.replace(TOOK, '$1')
		.replace(MOMENT, '<moment>')
		.replace(SIZE, '<size>')
		.replace(/\bjust now\b|<span> ago\b|(?<=\bseen )now\b/g, '<ago>');
}

/** Also where a line break stands within the path, and where `…` stands for its end. */
function withoutPlace(text: string, [path, token]: readonly [string, string]): string {
	const broken = [...path].map((char) => char.replace(/[^\w/]/, '\\$&')).join('(?:\\n *)?');
	return text
		.replaceAll(path, token)
		.replace(new RegExp(broken, 'g'), token)
		.replace(/(?<![^\s"'(])(\/[^\s…]+)…/g, (cut, head) => (path.startsWith(head) ? '<cut path>…' : cut));
}

/** Columns of a table as wide as their widest cell, which may be a token: two blanks stand for any number of them. */
export function withoutPadding(text: string): string {
	return text.replace(/(?<=\S) {2,}/g, '  ').replace(/ +$/gm, '');
}
