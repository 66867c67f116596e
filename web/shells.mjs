/** Writes the shell of each route beside the built index.html, and takes the build's own records away. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { shells } from './.shells/shells.mjs'

const page = await readFile('dist/index.html', 'utf8')
const manifest = JSON.parse(await readFile('dist/.vite/manifest.json', 'utf8'))

/** The route's own chunks and styles, asked for with the first ones: else they wait for the script that names them. */
function ahead(sources) {
  const seen = new Set(['index.html'])
  const links = []
  const visit = (name) => {
    if (seen.has(name)) return
    seen.add(name)
    const { file, css = [], imports = [] } = manifest[name]
    for (const href of css) links.push(`<link rel="stylesheet" crossorigin href="/${href}">`)
    links.push(`<link rel="modulepreload" crossorigin href="/${file}">`)
    imports.forEach(visit)
  }
  sources.forEach(visit)
  return links.filter((link) => !page.includes(link)).join('\n    ')
}

/** In place of a description, on pages that no search engine shows. */
const NOT_FOUND = '<meta name="robots" content="noindex" />'

for (const { name, file, sources, title, description, html } of shells) {
  const written = page
    .replace(/<title>.*<\/title>/, `<title>${title}</title>`)
    .replace(
      /<meta name="description".*>/,
      description ? `<meta name="description" content="${description}" />` : NOT_FOUND,
    )
    .replace('</head>', `  ${ahead(sources)}\n  </head>`)
    .replace('<div id="root"></div>', `<div id="root" data-page="${name}">${html}</div>`)
  await writeFile(`dist/${file}.html`, written)
}
await rm('dist/.vite', { recursive: true, force: true })
await rm('.shells', { recursive: true, force: true })
