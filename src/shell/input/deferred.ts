export interface Deferred<T> {
	readonly promise: Promise<T>;
	/** Only the first call counts. */
	resolve(value: T): void;
}

/** `Promise.withResolvers` came with Node 22; Node 20 is supported. */
export function createDeferred<T>(): Deferred<T> {
	let resolve: (value: T) => void = () => undefined;
	const promise = new Promise<T>((settle) => {
		resolve = settle;
	});
	return { promise, resolve: (value) => resolve(value) };
}
