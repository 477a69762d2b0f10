/**
 * What the projector's page does. Plain JavaScript for a browser; it writes no markup, only moves what is there, so that
 * nothing of the data can become code.
 */
export const PROJECTOR_SCRIPT = `
'use strict';
const points = [...document.querySelectorAll('.point')];
const rows = [...document.querySelectorAll('tbody tr')];
const headers = [...document.querySelectorAll('thead th')].map((header) => header.textContent);
const body = document.querySelector('tbody');
const details = document.querySelector('.details');
let current = -1;

function choose(i) {
  if (i === current) return;
  if (current !== -1) {
    points[current].classList.remove('current');
    rows[current].classList.remove('current');
  }
  body.querySelector('tr[tabindex="0"]')?.setAttribute('tabindex', '-1');
  current = i;
  points[i].classList.add('current');
  points[i].parentNode.append(points[i]);
  rows[i].classList.add('current');
  rows[i].tabIndex = 0;
  describe(rows[i]);
}

function describe(row) {
  const parts = [];
  for (const [i, cell] of [...row.cells].entries()) {
    const image = cell.querySelector('img');
    if (image) {
      parts.unshift(image.cloneNode());
    } else if (cell.textContent !== '' && headers[i] !== 'Across' && headers[i] !== 'Up') {
      const line = document.createElement('span');
      line.textContent = headers[i] + ': ' + cell.textContent;
      parts.push(line);
    }
  }
  details.replaceChildren(...parts);
}

function move(from, step) {
  for (let i = from + step; i >= 0 && i < rows.length; i += step) if (!rows[i].hidden) return rows[i].focus();
}

const byPlace = new Map(points.map((point) => [point.dataset.row, point]));
for (const [i, row] of rows.entries()) points[i] = byPlace.get(row.dataset.row);

document.querySelector('.plane').addEventListener('pointerover', ({ target }) => {
  if (target.classList.contains('point')) choose(Number(target.dataset.row));
});
document.querySelector('.plane').addEventListener('click', ({ target }) => {
  if (target.classList.contains('point')) rows[Number(target.dataset.row)].scrollIntoView({ block: 'nearest' });
});
body.addEventListener('focusin', ({ target }) => choose(Number(target.closest('tr').dataset.row)));
body.addEventListener('click', ({ target }) => target.closest('tr').focus());
body.addEventListener('keydown', (event) => {
  const from = Number(event.target.closest('tr').dataset.row);
  if (event.key === 'ArrowDown') move(from, 1);
  else if (event.key === 'ArrowUp') move(from, -1);
  else if (event.key === 'Home') move(-1, 1);
  else if (event.key === 'End') move(rows.length, -1);
  else return;
  event.preventDefault();
});
document.querySelector('fieldset')?.addEventListener('change', ({ target }) => {
  for (const element of [...points, ...rows]) {
    if (element.dataset.class === target.dataset.class) element.toggleAttribute('hidden', !target.checked);
  }
  // The table has to stay within reach of the Tab key.
  if (!rows.some((row) => row.tabIndex === 0 && !row.hidden)) {
    for (const row of rows) row.tabIndex = -1;
    const first = rows.find((row) => !row.hidden);
    if (first) first.tabIndex = 0;
  }
});
`;
