// The empty page shows the questions of its first group at once; Chainlit shows none until a group is chosen.
const seen = new WeakSet()
new MutationObserver(() => {
  const groups = document.getElementById("starters")
  if (!groups || seen.has(groups)) return
  seen.add(groups)
  if (!groups.querySelector("[id^='starter-']")) groups.querySelector("button")?.click()
}).observe(document.documentElement, { childList: true, subtree: true })
