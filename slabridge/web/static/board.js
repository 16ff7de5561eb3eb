// Whoever is somewhere on the board stays there when it brings itself up to date; where it cannot, it says so.
const places = () => [...document.querySelectorAll("#live :is(a, [tabindex])")]
const name = place => place.getAttribute("href") ?? place.getAttribute("aria-label")
const same = place => places().filter(other => name(other) === name(place))
let kept

document.addEventListener("htmx:beforeSwap", () => {
  const at = places().find(place => place === document.activeElement)
  kept = { at, number: at && same(at).indexOf(at), scrolled: places().map(place => [name(place), place.scrollLeft]) }
})
document.addEventListener("htmx:afterSwap", () => {
  const scrolled = new Map(kept.scrolled)
  for (const place of places()) place.scrollLeft = scrolled.get(name(place)) ?? 0
  if (kept.at) (same(kept.at)[kept.number] ?? document.getElementById("main")).focus({ preventScroll: true })
})
for (const event of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(event, () => { document.getElementById("lost").hidden = false })
}
