import Tables

extension Report {
  /// More rows of a table than this are left to the command line.
  public static let maximumRows = 100

  /// The page: complete in itself, without scripts, for screens of any width, light or dark, and for paper.
  public var html: String {
    var pictures = 0
    var html = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <title>\(HTMLText.escaped(heading))</title>
      <style>
      \(Theme.css)\(Self.style)
      </style>
      </head>
      <body>
      <header>
      <h1>\(HTMLText.escaped(heading))</h1>
      \(facts)</header>
      <nav aria-label="Metrics"><ul>
      <li><a href="#streams">Streams</a></li>

      """
    for section in sections {
      html += "<li><a href=\"#\(HTMLText.escaped(section.name))\">\(HTMLText.escaped(section.title))</a></li>\n"
    }
    html += """
      </ul></nav>
      <main>
      <section id="streams">
      <h2>Streams</h2>
      \(HTMLText.table(streams.table, limit: Self.maximumRows))</section>

      """
    for section in sections {
      html += "<section id=\"\(HTMLText.escaped(section.name))\">\n<h2>\(HTMLText.escaped(section.title))</h2>\n"
      html += "<p class=\"definition\">\(HTMLText.escaped(section.definition))</p>\n"
      for part in section.parts { html += self.part(part, &pictures) }
      html += "</section>\n"
    }
    if !omitted.isEmpty {
      html += "<section id=\"left-out\">\n<h2>Left out</h2>\n<dl>\n"
      for (name, reason) in omitted {
        html += "<dt>\(HTMLText.escaped(name))</dt><dd>\(HTMLText.escaped(reason))</dd>\n"
      }
      html += "</dl>\n</section>\n"
    }
    return html + "</main>\n<footer><p>\(HTMLText.escaped(provenance))</p></footer>\n</body>\n</html>\n"
  }

  private var heading: String {
    let names = parameters.filter { $0.name == "stream" }.map(\.value)
    return names.isEmpty ? "Value stream report" : "Value stream report: \(names.joined(separator: ", "))"
  }

  private var at: String { streams.parameters.first { $0.name == "at" }?.value ?? "" }

  private var provenance: String {
    "Value Stream Ledger · position \(streams.position) · root \(streams.root) · at \(at)"
  }

  /// What holds for the whole page.
  private var facts: String {
    var rows = [("As of", at), ("Position in the log", String(streams.position)), ("Merkle root", streams.root)]
    rows += parameters.map { ($0.name, $0.value) }
    var html = "<dl class=\"facts\">\n"
    for (name, value) in rows {
      html += "<dt>\(HTMLText.escaped(name))</dt><dd>\(HTMLText.escaped(value))</dd>\n"
    }
    return html + "<dt>Made by</dt><dd><code>\(HTMLText.escaped(command))</code></dd>\n</dl>\n"
  }

  private func part(_ part: Part, _ pictures: inout Int) -> String {
    var html = "<div class=\"part\">\n"
    for figure in part.figures {
      html += "<figure>\n<figcaption>\(HTMLText.escaped(figure.title))</figcaption>\n"
      for (kind, svg) in [("wide", figure.wide), ("narrow", figure.narrow)] {
        pictures += 1
        html += "<div class=\"\(kind) scroll\">\(HTMLText.picture(svg, number: pictures))</div>\n"
      }
      html += "</figure>\n"
    }
    for table in [part.answer.table] + part.answer.more {
      if !part.answer.more.isEmpty { html += "<h3>\(HTMLText.escaped(table.title))</h3>\n" }
      html += HTMLText.table(table, limit: Self.maximumRows)
    }
    for note in part.answer.notes { html += "<p class=\"note\">\(HTMLText.escaped(note))</p>\n" }
    return html + "<p class=\"command\"><code>\(HTMLText.escaped(part.command))</code></p>\n</div>\n"
  }

  private static let style = """
    *{box-sizing:border-box}
    body{margin:0 auto;max-width:960px;padding:24px 20px 48px;background:var(--vsl-ground);color:var(--vsl-ink);\
    font:15px/1.5 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;overflow-wrap:anywhere}
    h1{font-size:26px;line-height:1.2;margin:0 0 16px}
    h2{font-size:19px;line-height:1.25;margin:0 0 8px}
    h3{font-size:14px;margin:16px 0 6px}
    section{border-top:1px solid var(--vsl-rule);padding-top:22px;margin-top:30px}
    a{color:var(--vsl-1)}
    dl{margin:0}
    .facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:3px 16px;font-size:13px}
    dt{color:var(--vsl-soft)}
    dd{margin:0 0 6px}
    .facts dd{margin:0}
    code{font:12px/1.5 ui-monospace,"DejaVu Sans Mono",monospace;background:var(--vsl-panel);padding:2px 5px;\
    border-radius:4px;box-decoration-break:clone;-webkit-box-decoration-break:clone}
    nav ul{list-style:none;margin:18px 0 0;padding:0;display:flex;flex-wrap:wrap;gap:4px 16px;font-size:14px}
    .definition,.note,.soft,footer{color:var(--vsl-soft);font-size:13px;max-width:75ch}
    .definition{margin:0 0 14px}
    .note{border-left:3px solid var(--vsl-alarm);padding-left:10px}
    .command{margin:8px 0 0}
    .part+.part{margin-top:28px}
    figure{margin:0 0 16px;break-inside:avoid}
    figcaption{font-weight:600;font-size:14px;margin-bottom:6px}
    svg{display:block}
    .scroll{overflow-x:auto}
    .narrow{display:none}
    table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}
    th,td{padding:4px 12px 4px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--vsl-rule);\
    overflow-wrap:normal;white-space:nowrap;max-width:34ch;overflow:hidden;text-overflow:ellipsis}
    th{font-weight:600;color:var(--vsl-soft)}
    .n{text-align:right}
    footer{border-top:1px solid var(--vsl-rule);margin-top:36px;padding-top:10px}
    @media (max-width:760px){body{padding:16px 12px 32px}.facts{grid-template-columns:minmax(0,1fr)}.facts dd{margin:0 0 6px}\
    .wide{display:none}.narrow{display:block}}
    @media print{body{max-width:none;padding:0;font-size:11px}nav{display:none}.scroll{overflow:visible}\
    .wide{display:block}.narrow{display:none}section{break-inside:auto}h2,figcaption{break-after:avoid}\
    tr{break-inside:avoid}th,td{white-space:normal}table{font-size:10px}}
    """
}
