import Tables

/// Texts and tables in HTML.
enum HTMLText {
  /// A text that is nothing but text, in content and in attributes in double quotes.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in ScreenText.safeForTerminal(text).unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// A table of at most `limit` rows; numbers are aligned right.
  static func table(_ table: Table, limit: Int) -> String {
    var html = "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr>"
    for column in table.columns {
      let about = column.description.map { " title=\"\(escaped($0))\"" } ?? ""
      html += "<th scope=\"col\"\(column.type == .text ? "" : " class=\"n\"")\(about)>\(escaped(heading(column)))</th>"
    }
    html += "</tr></thead>\n<tbody>\n"
    for row in table.rows.prefix(limit) {
      html += "<tr>"
      for (index, column) in table.columns.enumerated() {
        let text = escaped(ScreenText.of(index < row.count ? row[index] : .null))
        html += column.type == .text ? "<td>\(text)</td>" : "<td class=\"n\">\(text)</td>"
      }
      html += "</tr>\n"
    }
    html += "</tbody></table></div>\n"
    if table.rows.count > limit {
      html +=
        "<p class=\"soft\">The first \(limit) of \(table.rows.count) rows. The command below gives all of them.</p>\n"
    }
    return html
  }

  private static func heading(_ column: Column) -> String {
    guard let unit = column.unit, [.integer, .number].contains(column.type) else { return Names.words(column.name) }
    return "\(Names.words(column.name)) (\(unit))"
  }

  /// An inline picture. Names inside of it become its own, since two pictures on a page may not share them.
  static func picture(_ svg: String, number: Int) -> String {
    svg.replacing("id=\"clip", with: "id=\"p\(number)-clip").replacing("url(#clip", with: "url(#p\(number)-clip")
      .replacing("id=\"gradient", with: "id=\"p\(number)-gradient")
      .replacing("url(#gradient", with: "url(#p\(number)-gradient")
  }
}
