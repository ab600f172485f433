/** What a program of good will never writes, as values, texts and bytes. */
import fc from 'fast-check';

const ODD_TEXTS = [
	'',
	' ',
	'\u0000',
	'\u001b[2J\u001b]0;x\u0007',
	'\u009b31m',
	'\r\n',
	'\u2028\u2029',
	'\u202e\u2066',
	'\ud800',
	'\udc00\ud800',
	'\ufeff',
	'👩‍👩‍👧‍👦',
	'e\u0301'.repeat(20),
	'__proto__',
	'constructor',
	'toString',
	'-1',
	'NaN',
	'1e400',
	'../../../etc/passwd',
	'/',
	'"',
	'\\',
	'{"type":"result"}',
	'x'.repeat(3000),
] as const;

export const oddText: fc.Arbitrary<string> = fc.oneof(
	fc.constantFrom(...ODD_TEXTS),
	fc.string({ unit: 'binary', maxLength: 30 }),
	fc.string({ unit: 'grapheme', maxLength: 30 }),
	fc.string({ maxLength: 30 }),
);

export const oddNumber: fc.Arbitrary<number> = fc.oneof(
	fc.constantFrom(
		0,
		-0,
		-1,
		0.5,
		1e11,
		1e13,
		8.64e15,
		2 ** 31,
		2 ** 53,
		1e21,
		1e300,
		-1e300,
		5e-324,
		429,
		400,
	),
	fc.double({ noDefaultInfinity: true, noNaN: true }),
	fc.integer(),
);

/** 300 levels: deeper than any program writes, not so deep that JSON itself gives up. */
const deep: fc.Arbitrary<unknown> = fc
	.tuple(fc.constantFrom('list', 'object'), fc.constantFrom(5, 60, 300))
	.map(([kind, levels]) => {
		let value: unknown = 'bottom';
		for (let level = 0; level < levels; level++) value = kind === 'list' ? [value] : { error: value };
		return value;
	});

export const oddJson: fc.Arbitrary<unknown> = fc.oneof(
	{ weight: 4, arbitrary: fc.constantFrom(null, true, false, [], {}, [null], [[]], { '': null }) },
	{ weight: 4, arbitrary: oddText },
	{ weight: 4, arbitrary: oddNumber },
	{ weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
	{ weight: 1, arbitrary: deep },
);

type Change =
	| { kind: 'drop' | 'repeat' | 'wrap'; at: number }
	| { kind: 'replace' | 'add'; at: number; value: unknown; name: string };

const nat = fc.nat(10_000);
const change: fc.Arbitrary<Change> = fc.oneof(
	fc.record({ kind: fc.constantFrom('drop' as const, 'repeat' as const, 'wrap' as const), at: nat }),
	fc.record({
		kind: fc.constantFrom('replace' as const, 'replace' as const, 'add' as const),
		at: nat,
		value: oddJson,
		name: oddText,
	}),
);

export const changes: fc.Arbitrary<Change[]> = fc.array(change, { maxLength: 4 });

/** A JSON value with parts dropped, repeated, wrapped, replaced and added. The value that is given stays as it is. */
export function withChanges(value: unknown, all: readonly Change[]): unknown {
	let root: unknown = structuredClone(value);
	for (const one of all) root = changed(root, one);
	return root;
}

interface Spot {
	holder: Record<string, unknown> | unknown[];
	key: string;
}

function changed(root: unknown, one: Change): unknown {
	const spots = spotsIn(root);
	if (spots.length === 0) return one.kind === 'replace' ? structuredClone(one.value) : root;
	const spot = spots[one.at % spots.length];
	if (spot === undefined) return root;
	const holder = spot.holder as Record<string, unknown>;
	const { key } = spot;
	switch (one.kind) {
		case 'drop':
			if (Array.isArray(spot.holder)) spot.holder.splice(Number(key), 1);
			else delete holder[key];
			return root;
		case 'repeat':
			holder[key] = [holder[key], holder[key]];
			return root;
		case 'wrap':
			holder[key] = { [key]: holder[key] };
			return root;
		case 'replace':
			set(holder, key, one.value);
			return root;
		case 'add':
			if (Array.isArray(spot.holder)) spot.holder.splice(Number(key), 0, structuredClone(one.value));
			else set(holder, one.name, one.value);
			return root;
	}
}

/** As `JSON.parse` has it: `__proto__` is a name like any other. */
function set(holder: Record<string, unknown>, key: string, value: unknown): void {
	Object.defineProperty(holder, key, {
		value: structuredClone(value),
		enumerable: true,
		writable: true,
		configurable: true,
	});
}

function spotsIn(root: unknown): Spot[] {
	const spots: Spot[] = [];
	const walk = (value: unknown, depth: number): void => {
		if (typeof value !== 'object' || value === null || depth > 20) return;
		for (const [key, child] of Object.entries(value)) {
			spots.push({ holder: value as Spot['holder'], key });
			walk(child, depth + 1);
		}
	};
	walk(root, 0);
	return spots;
}

/** Ways to damage bytes: cut short, a byte replaced, bytes put in, a piece twice. */
type Damage =
	| { kind: 'cut'; at: number }
	| { kind: 'flip'; at: number; byte: number }
	| { kind: 'insert'; at: number; bytes: Uint8Array }
	| { kind: 'again'; at: number; length: number };

const damage: fc.Arbitrary<Damage> = fc.oneof(
	fc.record({ kind: fc.constant('cut' as const), at: nat }),
	fc.record({ kind: fc.constant('flip' as const), at: nat, byte: fc.nat(255) }),
	fc.record({
		kind: fc.constant('insert' as const),
		at: nat,
		bytes: fc.uint8Array({ minLength: 1, maxLength: 6 }),
	}),
	fc.record({ kind: fc.constant('again' as const), at: nat, length: fc.nat(200) }),
);

export const damages: fc.Arbitrary<Damage[]> = fc.oneof(
	{ weight: 3, arbitrary: fc.constant<Damage[]>([]) },
	{ weight: 1, arbitrary: fc.array(damage, { minLength: 1, maxLength: 3 }) },
);

export function damaged(bytes: Buffer, all: readonly Damage[]): Buffer {
	let now = bytes;
	for (const one of all) {
		const at = now.length === 0 ? 0 : one.at % now.length;
		const [before, after] = [now.subarray(0, at), now.subarray(at)];
		if (one.kind === 'cut') now = before;
		else if (one.kind === 'flip') now = Buffer.concat([before, Buffer.of(one.byte), after.subarray(1)]);
		else if (one.kind === 'insert') now = Buffer.concat([before, one.bytes, after]);
		else now = Buffer.concat([before, after.subarray(0, one.length), after]);
	}
	return now;
}
