// What htmx tells of the results, among all that it tells of.

export const isForResults = ({ target }) => target?.id === "results";
