/// The colours of a picture. All of them tell their series apart for people who see colours differently.
public enum Theme: String, CaseIterable, Sendable {
  /// Dark on white.
  case light
  /// Light on a dark ground.
  case dark
  /// Colours that the page around the picture decides about: CSS variables `--vsl-…`, on its own ground. See ``css``.
  case page
}

extension Theme {
  /// Okabe and Ito's colours, and five of Paul Tol's for those who need more; those too faint for a white ground are darker.
  private static let lightSeries = [
    "#0072b2", "#d55e00", "#009e73", "#b5609a", "#3fa2dc", "#c98500", "#7a7400", "#666666", "#332288", "#882255",
    "#117733", "#999933",
  ]
  /// The same hues in the same order, for a dark ground.
  private static let darkSeries = [
    "#56b4e9", "#f2803a", "#2fc79c", "#e19ac4", "#8fd0f5", "#f0b429", "#e6dc4a", "#a8a8a8", "#a79be8", "#d77fa8",
    "#7fc98f", "#cccc77",
  ]

  /// A colour by the part it plays, for each ground.
  private static let parts: [(name: String, light: String, dark: String)] = [
    ("ink", "#1b1f24", "#e8e8e8"), ("soft", "#57606a", "#a5adb6"), ("rule", "#d8dee4", "#3a4048"),
    ("ground", "#ffffff", "#15181c"), ("panel", "#f2f5f8", "#22272e"), ("alarm", "#d55e00", "#f2803a"),
  ]

  private func color(_ name: String) -> String {
    guard self != .page else { return "var(--vsl-\(name))" }
    for part in Self.parts where part.name == name { return self == .dark ? part.dark : part.light }
    return self == .dark ? "#e8e8e8" : "#1b1f24"
  }

  /// Text and axes.
  var ink: String { color("ink") }
  /// What stands back: subtitles, labels.
  var soft: String { color("soft") }
  /// Grid lines.
  var rule: String { color("rule") }
  /// The ground.
  var ground: String { color("ground") }
  /// Boxes.
  var panel: String { color("panel") }
  /// What wants attention.
  var alarm: String { color("alarm") }

  /// The colours of series, in order.
  var series: [String] {
    switch self {
    case .light: Self.lightSeries
    case .dark: Self.darkSeries
    case .page: Self.lightSeries.indices.map { "var(--vsl-\($0 + 1))" }
    }
  }

  /// The rules that give ``page`` its colours, light or dark as the reader's system is; paper is white.
  static var css: String {
    func variables(_ theme: Theme) -> String {
      let named = parts.map { "--vsl-\($0.name):\(theme == .dark ? $0.dark : $0.light)" }
      return (named + theme.series.enumerated().map { "--vsl-\($0.offset + 1):\($0.element)" }).joined(separator: ";")
    }
    return ":root{color-scheme:light dark;\(variables(.light))}\n"
      + "@media screen and (prefers-color-scheme:dark){:root{\(variables(.dark))}}\n"
  }

  /// The configuration of Vega-Lite: fonts, colours, and no frame.
  var config: JSON {
    let font: JSON = "system-ui, -apple-system, Segoe UI, DejaVu Sans, sans-serif"
    let axis: JSON = [
      "labelColor": .string(ink), "titleColor": .string(soft), "gridColor": .string(rule), "domainColor": .string(rule),
      "tickColor": .string(rule), "labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal",
      "labelLimit": 150, "labelOverlap": true, "titleLimit": 280, "titlePadding": 8, "aria": false,
    ]
    let legend: JSON = [
      "orient": "bottom", "labelColor": .string(ink), "titleColor": .string(soft), "labelFontSize": 11,
      "titleFontSize": 11, "titleFontWeight": "normal", "labelLimit": 160, "symbolStrokeWidth": 2, "aria": false,
    ]
    let title: JSON = [
      "anchor": "start", "frame": "group", "color": .string(ink), "subtitleColor": .string(soft), "fontSize": 15,
      "fontWeight": 600, "subtitleFontSize": 11, "subtitlePadding": 5, "offset": 14,
    ]
    return [
      "font": font, "background": .string(self == .page ? "transparent" : ground), "view": ["stroke": nil],
      "axis": axis, "legend": legend, "title": title, "mark": ["aria": false],
      "text": ["color": .string(ink), "fontSize": 11], "range": ["category": .array(series.map(JSON.string))],
    ]
  }
}
