/// How a picture is drawn, whatever it shows.
public struct ChartOptions: Sendable {
  /// Its colours.
  public var theme: Theme
  /// The width of the plot in pixels, without axis labels.
  public var width: Int
  /// Whether title and provenance stand in the picture; a page may have them beside it.
  public var hasTitle: Bool

  /// Chooses colours and size. Widths below 120 pixels are 120, above 8,000 they are 8,000.
  public init(theme: Theme = .light, width: Int = 640, hasTitle: Bool = true) {
    self.theme = theme
    self.width = min(max(width, 120), 8000)
    self.hasTitle = hasTitle
  }
}
