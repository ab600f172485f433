interface Priced {
	prices_as_of?: string | undefined;
}

/** As fields of their sum: the day of the oldest price list behind the estimates among `records`; none without estimates. */
export function oldestPrices(records: readonly Priced[]): { prices_as_of?: string } {
	const days = records.flatMap(({ prices_as_of: day }) => (day === undefined ? [] : [day]));
	const [oldest] = days.sort();
	return oldest === undefined ? {} : { prices_as_of: oldest };
}
