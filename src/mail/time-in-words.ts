// A time as a mail tells it. Mails are read anywhere, so the zone is named.

const FORMAT = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZone: 'UTC',
});

/** `Saturday, 5 December, 19:02 UTC` */
export function timeInWords(at: Date): string {
  const { weekday, day, month, hour, minute } = Object.fromEntries(
    FORMAT.formatToParts(at).map(({ type, value }) => [type, value]),
  );
  return `${weekday}, ${day} ${month}, ${hour}:${minute} UTC`;
}
