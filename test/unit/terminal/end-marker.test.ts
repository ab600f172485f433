import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EndMarkerScanner } from '../../../src/terminal/end-marker.ts';

const NONCE = 'a1b2c3d4';
const marker = (code: number, nonce = NONCE) => Buffer.from(`\x1e${nonce} ${code}\n`);

function scan(chunks: readonly Buffer[]): { output: Buffer; exitCode: number | null; rest: Buffer } {
	const scanner = new EndMarkerScanner(NONCE);
	const output: Buffer[] = [];
	let exitCode: number | null = null;
	for (const chunk of chunks) {
		const scanned = scanner.push(chunk);
		output.push(...scanned.output);
		exitCode = scanned.exitCode;
	}
	return { output: Buffer.concat(output), exitCode, rest: scanner.rest() };
}

function cut(data: Buffer, places: readonly number[]): Buffer[] {
	const at = [0, ...places.map((place) => place % (data.length + 1)).sort((a, b) => a - b), data.length];
	return at.slice(1).map((end, index) => data.subarray(at[index], end));
}

/** Bytes in which parts of markers are likely. */
const nearMarkers = fc
	.array(
		fc.oneof(
			fc.uint8Array({ maxLength: 20 }),
			fc.constantFrom('\x1e', `\x1e${NONCE}`, NONCE, `\x1e${NONCE.slice(0, 4)}`, ' 0\n', '\x1eother 0\n'),
		),
	)
	.map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part))))
	.filter((data) => !data.includes(`\x1e${NONCE} `));

describe('EndMarkerScanner', () => {
	it('gives every byte before the marker and the exit code, however the stream is cut', () => {
		fc.assert(
			fc.property(nearMarkers, fc.nat(255), fc.array(fc.nat()), (data, code, places) => {
				const { output, exitCode } = scan(cut(Buffer.concat([data, marker(code)]), places));
				expect(exitCode).toBe(code);
				expect(output.equals(data)).toBe(true);
			}),
		);
	});

	it('gives every byte of a stream without a marker, the held-back end included', () => {
		fc.assert(
			fc.property(nearMarkers, fc.array(fc.nat()), (data, places) => {
				const { output, rest, exitCode } = scan(cut(data, places));
				expect(exitCode).toBeNull();
				expect(Buffer.concat([output, rest]).equals(data)).toBe(true);
			}),
		);
	});

	it('reads the code whatever the terminal makes of the line end, however it is cut', () => {
		fc.assert(
			fc.property(fc.nat(255), fc.constantFrom('\r\n', '\r\r\n'), fc.array(fc.nat()), (code, end, places) => {
				const data = Buffer.from(`last words${'\x1e'}${NONCE} ${code}${end}`);
				expect(scan(cut(data, places))).toMatchObject({ output: Buffer.from('last words'), exitCode: code });
			}),
		);
	});

	it('passes a marker with another nonce as output', () => {
		const fake = marker(0, 'ffffffff');
		expect(scan([fake, marker(3)])).toMatchObject({ output: fake, exitCode: 3 });
	});

	it('holds back no more than a possible marker', () => {
		const scanner = new EndMarkerScanner(NONCE);
		expect(scanner.push(Buffer.from('text\x1ea1b')).output.map(String)).toEqual(['text']);
		expect(scanner.push(Buffer.from('x')).output.map(String)).toEqual(['\x1ea1bx']);
	});

	it('gives nothing after the marker', () => {
		expect(scan([Buffer.concat([marker(7), Buffer.from('late')]), Buffer.from('later')])).toMatchObject({
			output: Buffer.alloc(0),
			exitCode: 7,
		});
	});
});
