import { fstatSync } from 'node:fs';
import { isatty } from 'node:tty';

/** Linux's number of /dev/null, whatever it is called. */
const NULL_DEVICE = 0x103;

/** Whether the descriptor is a terminal. `node:tty` takes 2 ms to load, so it is asked only about what may be one. */
export function isTerminal(fd: number): boolean {
	try {
		const facts = fstatSync(fd);
		const isNull = process.platform === 'linux' && facts.rdev === NULL_DEVICE;
		return facts.isCharacterDevice() && !isNull && isatty(fd);
	} catch {
		return false;
	}
}
