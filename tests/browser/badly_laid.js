/* What is wrong with the layout of the page as it stands: sideways scrolling, text or controls over each other, text
   that is cut, targets that are too small. What is behind an open dialog is out of reach and left out. Returns a list of
   sentences. */
;() => {
  const problems = []
  const root = document.documentElement
  if (root.scrollWidth > root.clientWidth) problems.push(`scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}`)

  const CONTROLS = 'a[href], button, input, select, textarea, summary'
  const named = (one) => `${one.tagName.toLowerCase()} "${(one.innerText || one.name || one.className || '').slice(0, 40)}"`
  const afloat = (one) => {
    for (let above = one; above && above !== document.body; above = above.parentElement) {
      const { position } = getComputedStyle(above)
      if (position === 'sticky' || position === 'fixed') return true
    }
    return false
  }
  const forReadersOnly = (one) => {
    for (let above = one; above; above = above.parentElement) if (getComputedStyle(above).clipPath !== 'none') return true
    return false
  }
  const hasText = (one) => [...one.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim() !== '')
  const within = document.querySelector('dialog:modal') ?? document.body
  const shown = [...within.querySelectorAll('*')].filter((one) => {
    if (!hasText(one) && !one.matches(CONTROLS)) return false
    if (one.closest('svg, option, datalist') || !one.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false
    return !forReadersOnly(one) && !one.closest('[class*=skip]')
  })

  const boxes = shown.map((one) => ({ one, box: one.getBoundingClientRect(), lines: one.getClientRects() }))
  for (const { one, box } of boxes) {
    if (box.width === 0 || box.height === 0) continue
    if (box.right > root.clientWidth + 1 || box.left < -1) problems.push(`out of the page: ${named(one)}`)
    const style = getComputedStyle(one)
    const clips = style.overflowX !== 'visible' && !one.matches('input, select, textarea')
    if (clips && one.scrollWidth > one.clientWidth + 1) problems.push(`cut: ${named(one)}`)
    const inline = style.display === 'inline'
    if (one.matches(CONTROLS) && !inline && (box.width < 24 || box.height < 24) && !one.closest('label'))
      problems.push(`small: ${named(one)} ${Math.round(box.width)} × ${Math.round(box.height)}`)
  }

  const crossing = (a, b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2
  for (let i = 0; i < boxes.length; i += 1) {
    for (let j = i + 1; j < boxes.length; j += 1) {
      const [a, b] = [boxes[i], boxes[j]]
      if (!crossing(a.box, b.box) || a.one.contains(b.one) || b.one.contains(a.one)) continue
      if (afloat(a.one) !== afloat(b.one)) continue
      if ([...a.lines].some((line) => [...b.lines].some((other) => crossing(line, other))))
        problems.push(`over each other: ${named(a.one)} and ${named(b.one)}`)
    }
  }
  return problems.slice(0, 12)
}
