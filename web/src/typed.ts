/** What somebody has typed into the shell's form before the script came, and where: the script's own form gets it. */
export function keepTyped(root: HTMLElement): () => void {
  const fields = [...root.querySelectorAll('input')]
  const typed = fields.filter((field) => field.value !== field.defaultValue).map(({ name, value }) => ({ name, value }))
  const focused = fields.find((field) => field === document.activeElement)?.name
  const named = (name: string) => root.querySelector<HTMLInputElement>(`input[name="${name}"]`)
  return () => {
    for (const { name, value } of typed) {
      const field = named(name)
      if (field) field.value = value
    }
    if (focused) named(focused)?.focus()
  }
}
