/**
 * HTTP-date of RFC 9110 5.6.7: IMF-fixdate, RFC 850 and asctime, nothing else. `Date.parse` is no
 * help: V8 takes "1.5", "-5" and "1, 9" for days in 2001, which turns garbage into "retry at once".
 *
 * @module
 */

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MONTH = `(${MONTHS.join("|")})`;
const TIME = "(\\d{2}):(\\d{2}):(\\d{2})";
const IMF_FIXDATE = new RegExp(
  `^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\\d{2}) ${MONTH} (\\d{4}) ${TIME} GMT$`,
);
const RFC_850 = new RegExp(
  `^(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday), (\\d{2})-${MONTH}-(\\d{2}) ${TIME} GMT$`,
);
const ASCTIME = new RegExp(
  `^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${MONTH} ([ \\d]\\d) ${TIME} (\\d{4})$`,
);

/**
 * The time in milliseconds since the epoch, or `undefined` when `text` is no HTTP-date.
 *
 * @param text The field value, without white space around it.
 * @param nowMs The present, which decides the century of a two-digit year.
 */
export function parseHTTPDate(text: string, nowMs: number): number | undefined {
  let match = IMF_FIXDATE.exec(text);
  if (match !== null) {
    const [, day, month, year, hour, minute, second] = match;
    return toTime(Number(year), month!, day!, hour!, minute!, second!);
  }
  match = RFC_850.exec(text);
  if (match !== null) {
    const [, day, month, shortYear, hour, minute, second] = match;
    // RFC 9110 5.6.7: more than 50 years in the future means the most recent past year.
    const latest = new Date(nowMs);
    const lastYear = latest.getUTCFullYear() + 50;
    const year = lastYear - (lastYear % 100) + Number(shortYear);
    const time = toTime(year, month!, day!, hour!, minute!, second!);
    return time !== undefined && time > latest.setUTCFullYear(lastYear)
      ? toTime(year - 100, month!, day!, hour!, minute!, second!)
      : time;
  }
  match = ASCTIME.exec(text);
  if (match !== null) {
    const [, month, day, hour, minute, second, year] = match;
    return toTime(Number(year), month!, day!.trim(), hour!, minute!, second!);
  }
  return undefined;
}

function toTime(
  year: number,
  month: string,
  day: string,
  hour: string,
  minute: string,
  second: string,
): number | undefined {
  const monthIndex = MONTHS.indexOf(month);
  const leapSecond = second === "60"; // allowed by the grammar; counts as the next second
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, monthIndex, Number(day));
  if (date.getUTCDate() !== Number(day) || date.getUTCMonth() !== monthIndex) return undefined;
  return date.setUTCHours(Number(hour), Number(minute), leapSecond ? 60 : Number(second));
}
