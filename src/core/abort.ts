/** A signal that aborts with the first of the two (`AbortSignal.any` came with Node 20.3). */
export function eitherSignal(one: AbortSignal, other: AbortSignal): AbortSignal {
	const either = new AbortController();
	const abort = () => either.abort();
	for (const signal of [one, other]) {
		if (signal.aborted) abort();
		else signal.addEventListener('abort', abort, { once: true, signal: either.signal });
	}
	return either.signal;
}
