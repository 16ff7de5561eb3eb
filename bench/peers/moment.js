// moment-business-time: opening hours of the process's own zone. It reads and prints what asking.py does.
const asked = JSON.parse(require('fs').readFileSync(0, 'utf8'));
process.env.TZ = asked.zone; // the only zone that it has
const moment = require('moment-business-time');

const hours = asked.hours.flat();
const workinghours = Object.fromEntries([0, 1, 2, 3, 4, 5, 6].map((day) => [(day + 1) % 7, asked.days.includes(day) ? hours : null]));
moment.updateLocale('en', { workinghours, holidays: asked.holidays });

const kinds = {
  between: [([start, end]) => [moment(start), moment(end)], ([start, end]) => end.workingDiff(start, 'milliseconds'), (found) => found],
  after: [([start, number]) => [moment(start), number], ([start, number]) => start.addWorkingTime(number, 'hours'), (found) => found.valueOf()],
};
const [prepare, ask, told] = kinds[asked.kind];
const given = asked.given.map(prepare);
const began = process.cpuUsage();
const found = given.map(ask);
const used = process.cpuUsage(began);
console.log(JSON.stringify({ seconds: (used.user + used.system) / 1e6, answers: found.map(told) }));
