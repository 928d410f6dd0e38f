// Prints AsciiDoc as HTML with the lines of its blocks. Asciidoctor parses the text from standard input in the mode that reads no
// other file. The argument is the module to import. The result is a JSON object with the HTML and with errors that Asciidoctor
// reports, each with its line.

import { readFileSync, writeSync } from 'node:fs'

const { default: Asciidoctor } = await import(process.argv.at(-1))
const asciidoctor = Asciidoctor()
const logger = asciidoctor.MemoryLogger.create()
asciidoctor.LoggerManager.setLogger(logger)

const plain = asciidoctor.Html5Converter.create()
const blocks = new Set([
  'admonition', 'dlist', 'example', 'floating_title', 'image', 'listing', 'literal', 'olist', 'open', 'paragraph', 'pass',
  'preamble', 'quote', 'section', 'sidebar', 'table', 'ulist', 'verse',
])

class WithLines {
  convert (node, transform) {
    const name = transform || node.getNodeName()
    const html = plain.convert(node, transform)
    const line = blocks.has(name) && node.getLineNumber ? node.getLineNumber() : undefined
    return line ? html.replace(/^(\s*<[a-z][a-z0-9]*)/, `$1 data-line="${line}"`) : html
  }
}
asciidoctor.ConverterFactory.register(new WithLines(), ['with-lines'])

// Asciidoctor drops the cells of an incomplete last row without a message. Each table is parsed by such an object.
const tables = []
const parser = asciidoctor.$$.Table.$$.ParserContext.prototype
const initialize = parser.$initialize
parser.$initialize = function (...args) {
  tables.push(this)
  return initialize.apply(this, args)
}
Object.assign(parser.$initialize, initialize)

const captions = Object.fromEntries(['table', 'figure', 'example', 'caution', 'important', 'note', 'tip', 'warning'].map(
  (name) => [`${name}-caption!`, '']
))
const document = asciidoctor.load(readFileSync(0, 'utf8'), {
  safe: 'secure', sourcemap: true, backend: 'with-lines', standalone: false,
  attributes: { showtitle: '', basebackend: 'html', filetype: 'html', 'sectids!': '', outfilesuffix: '.html', ...captions },
})
const html = document.convert()
// Other messages are about the order of sections and about names that other files define. Their text is there.
const serious = (entry) => /dropping|malformed|missing leading separator|unterminated/.test(entry.getText())
const errors = logger.getMessages().filter(serious).map((entry) => ({
  line: entry.getSourceLocation()?.getLineNumber() ?? 0, message: entry.getText(),
}))
for (const { current_row: row, table } of tables) {
  if (row.length > 0) {
    errors.push({ line: table.$source_location().$lineno(), message: 'dropping cells of an incomplete row at the end of the table' })
  }
}
const authors = document.getAuthors().map((author) => author.getName()).filter(Boolean)
const header = [...authors, document.getRevisionNumber(), document.getRevisionDate(), document.getRevisionRemark()]
const skipped = header.filter(Boolean).map((text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;'))
const output = Buffer.from(JSON.stringify({ html: `<template>${skipped.join('\n')}</template>${html}`, errors }))
for (let written = 0; written < output.length;) {
  try {
    written += writeSync(1, output, written)
  } catch (error) {
    if (error.code !== 'EAGAIN') throw error
  }
}
