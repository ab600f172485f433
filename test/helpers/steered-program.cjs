/**
 * Preloaded (`node --require`) into the built program by `golden-scene.ts`: the wall clock stands at `RELAY_STEER.now` (epoch ms)
 * and stdout claims to be a terminal of `RELAY_STEER.columns`. The program itself sees nothing of the variable.
 */
const { now, columns } = JSON.parse(process.env.RELAY_STEER ?? '{}');
delete process.env.RELAY_STEER;

if (now !== undefined) {
	const RealDate = Date;
	globalThis.Date = class extends RealDate {
		constructor(...args) {
			super(...(args.length === 0 ? [now] : args));
		}

		static now() {
			return now;
		}
	};
}

if (columns !== undefined) {
	Object.defineProperty(process.stdout, 'isTTY', { value: true });
	Object.defineProperty(process.stdout, 'columns', { value: columns });
}
